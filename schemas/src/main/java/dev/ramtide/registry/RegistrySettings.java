package dev.ramtide.registry;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * Where a registry is, and how it is spoken to.
 *
 * @param urls several ways to one registry; without user and password
 * @param autoRegister whether a schema that is not there is registered
 * @param normalize whether schemas that only differ in how they are written are one to the registry
 * @param authorization of an HTTP request; empty when none is sent
 * @param tls stores for {@code https}
 */
public record RegistrySettings(
    List<URI> urls,
    boolean autoRegister,
    boolean normalize,
    SubjectNames subjects,
    Optional<String> authorization,
    RegistryTls tls,
    Patience patience) {
  /**
   * How long is waited.
   *
   * @param tries of all URLs, at least 1
   * @param pause between them
   */
  record Patience(Duration connectTimeout, Duration readTimeout, int tries, Duration pause) {}

  /**
   * What the client properties say; empty when they name no registry.
   *
   * @throws IllegalArgumentException a property cannot be right; the message names it
   */
  public static Optional<RegistrySettings> of(Properties client) {
    Optional<String> value = RegistryProperties.find(client, RegistryProperties.URL);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    List<URI> urls = Arrays.stream(value.get().split(",")).map(RegistrySettings::url).toList();
    return Optional.of(
        new RegistrySettings(
            urls.stream().map(RegistrySettings::withoutUser).toList(),
            isTrue(client, RegistryProperties.AUTO_REGISTER, "true"),
            isTrue(client, RegistryProperties.NORMALIZE, "false"),
            subjects(client),
            BasicAuth.authorization(client, urls),
            RegistryTls.of(client),
            patience(client)));
  }

  private static URI url(String text) {
    URI url;
    try {
      url = URI.create(text.strip());
    } catch (IllegalArgumentException e) {
      // Without the text: it may hold a password.
      throw new IllegalArgumentException(RegistryProperties.URL + " holds what is no URL");
    }
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!http || url.getHost() == null) {
      throw new IllegalArgumentException(
          RegistryProperties.URL
              + ": give http://HOST:PORT or https://HOST:PORT, several with commas, and the path where"
              + " the registry has one (Apicurio's is /apis/ccompat/v7)");
    }
    return url;
  }

  private static URI withoutUser(URI url) {
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    String path = url.getRawPath().replaceAll("/+$", "");
    return URI.create(url.getScheme() + "://" + url.getHost() + port + path);
  }

  private static boolean isTrue(Properties client, String name, String otherwise) {
    String value = RegistryProperties.find(client, name).orElse(otherwise);
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(name + "=" + value + ": give true or false");
    };
  }

  private static SubjectNames subjects(Properties client) {
    Optional<String> name = RegistryProperties.find(client, RegistryProperties.SUBJECTS);
    return name.isEmpty()
        ? SubjectNames.TOPIC_RECORD
        : SubjectNames.named(name.get())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        RegistryProperties.SUBJECTS
                            + "="
                            + name.get()
                            + " is none of "
                            + SubjectNames.known()));
  }

  private static Patience patience(Properties client) {
    return new Patience(
        Duration.ofMillis(number(client, RegistryProperties.CONNECT_TIMEOUT, 1, 10_000)),
        Duration.ofMillis(number(client, RegistryProperties.READ_TIMEOUT, 1, 20_000)),
        1 + number(client, RegistryProperties.RETRIES, 0, 3),
        Duration.ofMillis(number(client, RegistryProperties.RETRY_WAIT, 0, 1_000)));
  }

  private static int number(Properties client, String name, int least, int otherwise) {
    String value = RegistryProperties.find(client, name).orElse(Integer.toString(otherwise));
    try {
      int number = Integer.parseInt(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // As bad as one that is too small.
    }
    throw new IllegalArgumentException(name + "=" + value + ": give a number from " + least);
  }

  /** With no secret in it. */
  @Override
  public String toString() {
    return "schema registry " + urls;
  }
}
