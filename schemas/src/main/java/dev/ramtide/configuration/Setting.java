package dev.ramtide.configuration;

/** A value that somebody gave to a key. It may be a secret: {@link #toString} does not have it. */
public record Setting(String key, String value, Origin origin) {
  Setting withKey(String other) {
    return new Setting(other, value, origin);
  }

  @Override
  public String toString() {
    return key + " (" + origin + ")";
  }
}
