import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;

/** Reads what a deployment publishes of a tier: see docs/topology.md. {@code parts} are the parameters below /tier/stage/, by the rest of their names. */
record Polystore(Map<String, String> parts) {

  /** Asks AWS: see Aws.java. Passwords rotate and tokens are taken for fifteen minutes, so ask at each connection. */
  interface Credentials {
    String secret(String arn);

    String token(String host, int port, String region, String role);
  }

  /** What a driver is given. A graph has no login here: each is signed; of a table, {@code url} is its name. */
  record Target(String url, String user, String password) {}

  private record Endpoint(String host, int port) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Leads a service to the primary of a store, or of one of its shards. */
  Target target(Credentials credentials, String service, String store, String shard) throws IOException {
    JsonNode found = read("stores/" + store).get("topology");
    String kind = found.get("kind").asText();
    if (kind.equals("dynamodb")) return new Target(found.get("table").asText(), null, null);
    Endpoint at = kind.equals("shardedPostgres") ? shard(store, shard) : endpoint(found.at("/primary/endpoint"));
    String host = at.host() + ":" + at.port();
    String database = found.path("database").asText();
    return switch (kind) {
      case "postgres", "shardedPostgres" -> login(credentials, service, store, at,
          "jdbc:postgresql://" + host + "/" + database + "?sslmode=verify-full&sslrootcert=global-bundle.pem");
      case "documentdb" -> login(credentials, service, store, at, "mongodb://" + host + "/" + database
          + "?tls=true&authSource=admin&retryWrites=false"
          + (found.has("replicaSet") ? "&replicaSet=" + found.get("replicaSet").asText() : ""));
      case "valkey" -> login(credentials, service, store, at, "rediss://" + host);
      case "neptune" -> new Target("bolt+s://" + host, null, null);
      default -> throw new IllegalStateException(store + ": kind " + kind + " is not known here");
    };
  }

  private Endpoint shard(String store, String shard) throws IOException {
    for (String name : parts.keySet()) {
      if (!name.startsWith("stores/" + store + "/shards/")) continue;
      JsonNode part = read(name);
      JsonNode found = part.get("shards").path(shard);
      if (!found.isMissingNode()) return new Endpoint(found.get("primary").asText(), part.get("port").asInt());
    }
    throw new IllegalStateException(store + " has no shard " + shard + ": is it deployed?");
  }

  private Target login(Credentials ask, String service, String store, Endpoint at, String url) throws IOException {
    JsonNode access = read("access/" + store);
    JsonNode iam = access.path("iam").path(service);
    if (!iam.isMissingNode()) {
      String role = iam.get("role").asText();
      return new Target(url, role, ask.token(at.host(), at.port(), iam.get("region").asText(), role));
    }
    JsonNode arn = access.path("services").path(service);
    if (arn.isMissingNode()) throw new IllegalStateException("service " + service + " does not use " + store);
    JsonNode secret = JSON.readTree(ask.secret(arn.asText()));
    return new Target(url, secret.get("username").asText(), secret.get("password").asText());
  }

  /** Refuses a part that is not there, and one of a version that is not known; members that are not known are passed over. */
  private JsonNode read(String name) throws IOException {
    String text = parts.get(name);
    if (text == null) throw new IllegalStateException("no part " + name + ": is it deployed?");
    JsonNode part = JSON.readTree(text);
    int version = part.path("version").asInt();
    if (version != 1) throw new IllegalStateException("part " + name + " is of version " + version + ", known is 1");
    return part;
  }

  private static Endpoint endpoint(JsonNode at) {
    return new Endpoint(at.path("host").asText(), at.path("port").asInt());
  }
}
