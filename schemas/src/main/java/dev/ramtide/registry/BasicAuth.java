package dev.ramtide.registry;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;

/** User and password for a registry, from where the properties say that they are. */
final class BasicAuth {
  private BasicAuth() {}

  /**
   * The {@code Authorization} of a request; empty when nobody is named.
   *
   * @param urls as configured
   * @throws IllegalArgumentException a source that is not known, or names nobody
   */
  static Optional<String> authorization(Properties client, List<URI> urls) {
    if (RegistryProperties.find(client, RegistryProperties.BEARER).isPresent()) {
      throw new IllegalArgumentException(
          RegistryProperties.BEARER
              + " is not supported: give "
              + RegistryProperties.USER_INFO
              + ", or a certificate ("
              + RegistryTls.KEYSTORE
              + ".location)");
    }
    Optional<String> given = RegistryProperties.find(client, RegistryProperties.USER_INFO);
    Optional<String> inUrl =
        urls.stream().map(URI::getUserInfo).filter(Objects::nonNull).findFirst();
    Optional<String> source =
        RegistryProperties.find(client, RegistryProperties.CREDENTIALS_SOURCE);
    // Confluent's default is URL, and a user beside it is passed over without a word: here it is
    // taken for what it was given for.
    return source
        .map(named -> Optional.of(userOf(named, given, inUrl)))
        .orElse(given.or(() -> inUrl))
        .map(BasicAuth::header);
  }

  private static String userOf(String source, Optional<String> given, Optional<String> inUrl) {
    return switch (source) {
      case "USER_INFO" -> named(given, source, RegistryProperties.USER_INFO + "=USER:PASSWORD");
      case "URL" -> named(inUrl, source, "https://USER:PASSWORD@HOST in schema.registry.url");
      default ->
          throw new IllegalArgumentException(
              RegistryProperties.CREDENTIALS_SOURCE
                  + "="
                  + source
                  + " is not supported: give USER_INFO or URL");
    };
  }

  private static String named(Optional<String> user, String source, String remedy) {
    return user.orElseThrow(
        () ->
            new IllegalArgumentException(
                RegistryProperties.CREDENTIALS_SOURCE + "=" + source + " needs " + remedy));
  }

  private static String header(String user) {
    byte[] bytes = user.getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(bytes);
  }
}
