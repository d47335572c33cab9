import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.UUID;

/** Which shard has a key. */
final class Buckets {

  private static final int INITIAL = 0x9e3779b9 + 3923095;

  /** The shard that has a key, where the strategy is hash. {@code placement} is that attribute of the store's item in the table that its part names. */
  static String owner(JsonNode placement, String key) {
    if (!placement.at("/strategy/hash").asText().equals("postgres-extended-0"))
      throw new IllegalStateException("ask polystore.bucket() on any shard, or the key directory");
    int bucket = bucket(placement.get("keyType").asText(), key);
    for (JsonNode run : placement.at("/shardMap/runs")) {
      if (bucket < run.get(1).asInt()) return run.get(0).asText();
      bucket -= run.get(1).asInt();
    }
    throw new IllegalStateException("no shard owns the bucket of a key");
  }

  /** The low twelve bits of PostgreSQL's extended hash of a key with seed 0. */
  static int bucket(String keyType, String key) {
    return 4095 & switch (keyType) {
      case "bigint" -> hash(Long.parseLong(key));
      case "text" -> hash(key.getBytes(StandardCharsets.UTF_8));
      case "uuid" -> hash(octets(UUID.fromString(key)));
      case "date" -> hash(LocalDate.parse(key).toEpochDay());
      case "timestamptz" -> hash(micros(OffsetDateTime.parse(key).toInstant()));
      default -> throw new IllegalArgumentException("type " + keyType + " is not known here");
    };
  }

  private static byte[] octets(UUID key) {
    return ByteBuffer.allocate(16).putLong(key.getMostSignificantBits()).putLong(key.getLeastSignificantBits()).array();
  }

  private static long micros(Instant moment) {
    return Math.addExact(Math.multiplyExact(moment.getEpochSecond(), 1_000_000L), moment.getNano() / 1_000);
  }

  /** Both halves are folded, so that a number hashes alike in each integer type. */
  private static int hash(long number) {
    int high = (int) (number >> 32);
    int start = INITIAL + 4;
    return finish(start + ((int) number ^ (number < 0 ? ~high : high)), start, start);
  }

  /** Bob Jenkins' lookup3 with PostgreSQL's initial value. */
  private static int hash(byte[] octets) {
    ByteBuffer words = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
    int a = INITIAL + octets.length;
    int b = a;
    int c = a;
    while (words.remaining() >= 12) {
      a += words.getInt();
      b += words.getInt();
      c += words.getInt();
      a = (a - c) ^ Integer.rotateLeft(c, 4);
      c += b;
      b = (b - a) ^ Integer.rotateLeft(a, 6);
      a += c;
      c = (c - b) ^ Integer.rotateLeft(b, 8);
      b += a;
      a = (a - c) ^ Integer.rotateLeft(c, 16);
      c += b;
      b = (b - a) ^ Integer.rotateLeft(a, 19);
      a += c;
      c = (c - b) ^ Integer.rotateLeft(b, 4);
      b += a;
    }
    // The lowest byte of c is the length's.
    for (int i = 0; words.hasRemaining(); i++) {
      int octet = words.get() & 0xff;
      if (i < 4) a += octet << (8 * i);
      else if (i < 8) b += octet << (8 * (i - 4));
      else c += octet << (8 * (i - 7));
    }
    return finish(a, b, c);
  }

  private static int finish(int a, int b, int c) {
    c = (c ^ b) - Integer.rotateLeft(b, 14);
    a = (a ^ c) - Integer.rotateLeft(c, 11);
    b = (b ^ a) - Integer.rotateLeft(a, 25);
    c = (c ^ b) - Integer.rotateLeft(b, 16);
    a = (a ^ c) - Integer.rotateLeft(c, 4);
    b = (b ^ a) - Integer.rotateLeft(a, 14);
    return (c ^ b) - Integer.rotateLeft(b, 24);
  }

  private Buckets() {}
}
