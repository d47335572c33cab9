import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rds.RdsUtilities;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.ssm.SsmClient;

/** Who knows secrets and signs tokens. */
record Aws(SecretsManagerClient secrets, AwsCredentialsProvider credentials) implements Polystore.Credentials {

  /** Reads all that a deployment publishes; {@code prefix} is /tier/stage. */
  static Polystore read(SsmClient ssm, String prefix) {
    Map<String, String> parts = new HashMap<>();
    for (var page : ssm.getParametersByPathPaginator(r -> r.path(prefix).recursive(true)))
      for (var parameter : page.parameters())
        parts.put(parameter.name().substring(prefix.length() + 1), parameter.value());
    return new Polystore(parts);
  }

  @Override
  public String secret(String arn) {
    return secrets.getSecretValue(r -> r.secretId(arn)).secretString();
  }

  @Override
  public String token(String host, int port, String region, String role) {
    return RdsUtilities.builder().credentialsProvider(credentials).region(Region.of(region)).build()
        .generateAuthenticationToken(r -> r.hostname(host).port(port).username(role));
  }
}
