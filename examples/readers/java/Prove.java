import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Runs the reader on what a test gives it, and prints what it read. */
final class Prove {

  private static final ObjectMapper JSON = new ObjectMapper();
  /** Of no account. */
  private static final Aws AWS =
      new Aws(null, StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "none")));

  /** Tokens are signed here; a secret holds its own ARN. */
  private static final Polystore.Credentials CREDENTIALS = new Polystore.Credentials() {
    @Override
    public String secret(String arn) {
      return "{\"username\":\"user\",\"password\":\"of/" + arn + "\"}";
    }

    @Override
    public String token(String host, int port, String region, String role) {
      return AWS.token(host, port, region, role);
    }
  };

  public static void main(String[] args) throws Exception {
    JsonNode in = JSON.readTree(Path.of(args[0]).toFile());
    ObjectNode out = JSON.createObjectNode();
    Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(Files.readString(Path.of(in.get("schema").asText())));
    ArrayNode accepted = out.putArray("accepted");
    for (JsonNode document : in.get("documents"))
      accepted.add(schema.validate(JSON.readTree(document.asText())).isEmpty());
    Map<String, String> parts = new HashMap<>();
    in.get("parts").properties().forEach(part -> parts.put(part.getKey(), part.getValue().asText()));
    ArrayNode targets = out.putArray("targets");
    for (JsonNode to : in.get("connections")) {
      try {
        targets.add(JSON.valueToTree(new Polystore(parts).target(CREDENTIALS, to.get("service").asText(),
            to.get("store").asText(), to.path("shard").asText())));
      } catch (IllegalStateException refused) {
        targets.add(refused.getMessage());
      }
    }
    ArrayNode owners = out.putArray("owners");
    for (JsonNode key : in.get("owned")) owners.add(Buckets.owner(in.get("placement"), key.asText()));
    ArrayNode buckets = out.putArray("buckets");
    for (JsonNode key : in.get("keys")) buckets.add(Buckets.bucket(key.get("type").asText(), key.get("key").asText()));
    System.out.println(out);
  }

  private Prove() {}
}
