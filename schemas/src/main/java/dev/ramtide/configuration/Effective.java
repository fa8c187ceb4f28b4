package dev.ramtide.configuration;

/**
 * What counts.
 *
 * @param key of an option its long name without dashes, of a client of Kafka's its property
 * @param value as it would be written, empty when there is none; may be a secret
 * @param unset what an option would be if nobody said anything, empty when nothing
 */
public record Effective(String key, String value, Origin origin, String unset) {
  public Effective(String key, String value, Origin origin) {
    this(key, value, origin, "");
  }

  public Effective withKey(String other) {
    return new Effective(other, value, origin, unset);
  }

  /** As anybody may see it. */
  public Effective masked() {
    return new Effective(key, KafkaKeys.masked(key, value), origin, unset);
  }

  /** With a remark on where it is from. */
  public Effective noted(String remark) {
    return new Effective(key, value, origin.noted(remark), unset);
  }

  @Override
  public String toString() {
    return key + " (" + origin + ")";
  }

  /** Where the value is from, and what it would be otherwise. */
  public String where() {
    boolean differs = !unset.isEmpty() && origin.kind() != Origin.Kind.DEFAULT;
    return differs ? origin + " (default: " + unset + ")" : origin.toString();
  }
}
