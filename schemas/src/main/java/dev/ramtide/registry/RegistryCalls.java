package dev.ramtide.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ramtide.http.LimitedBody;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * HTTP to one of several URLs of a registry: the first that answers. Each is tried some times,
 * since a registry may be restarting. Thread-safe.
 */
final class RegistryCalls {
  /** A schema has some KB. */
  private static final int MAX_ANSWER_BYTES = 1 << 20;

  /** Of whoever sends on to somebody else. */
  private static final int MAX_PLACE = 400;

  /** And two digits more. */
  private static final int REDIRECT = 3;

  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

  private final RegistrySettings settings;
  private final MonotonicClock clock;
  private final HttpClient http;

  /**
   * An answer, whatever it says.
   *
   * @param url that gave it
   */
  record Answer(URI url, int status, String body) {
    /** Of a registry that is there and cannot just now. */
    boolean isAway() {
      return status >= 500 || status == 429;
    }
  }

  RegistryCalls(RegistrySettings settings, MonotonicClock clock) throws IOException {
    this.settings = settings;
    this.clock = clock;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            // It would send user and password along, to whoever is named.
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.patience().connectTimeout());
    settings.tls().context().ifPresent(builder::sslContext);
    this.http = builder.build();
  }

  /**
   * @param path with a slash first
   * @param body JSON to be posted; empty to get
   * @throws RegistryException nobody answered, or who answered sends on to somebody else
   * @throws InterruptedIOException the thread was interrupted; it still is
   */
  Answer call(String path, Optional<String> body) throws IOException {
    for (int attempt = 1; ; attempt++) {
      List<RegistryException> failures = new ArrayList<>();
      for (URI url : settings.urls()) {
        try {
          return answered(url, path, body);
        } catch (RegistryException e) {
          failures.add(e);
        }
      }
      boolean away = failures.stream().anyMatch(RegistryException::isAway);
      if (!away || attempt >= settings.patience().tries()) {
        throw unanswered(failures, away);
      }
      pause();
    }
  }

  private RegistryException unanswered(List<RegistryException> failures, boolean away) {
    RegistryException last = failures.get(failures.size() - 1);
    String each =
        failures.stream().map(Throwable::getMessage).distinct().collect(Collectors.joining("; "));
    return new RegistryException(
        "no schema registry at schema.registry.url="
            + joined()
            + " answers ("
            + each
            + "). "
            + (away
                ? "Does it run, and is the URL right?"
                : "Is the URL right, with http or https, and for https schema.registry.ssl.truststore.location"
                    + " and, where it wants a certificate, schema.registry.ssl.keystore.location?"),
        last,
        away ? RegistryException.Reason.AWAY : RegistryException.Reason.REFUSED);
  }

  /** Of one URL; a {@link RegistryException} is this one's, and the next may do better. */
  private Answer answered(URI url, String path, Optional<String> body) throws IOException {
    try {
      Answer answer = send(url, path, body);
      if (answer.isAway()) {
        throw new RegistryException(
            url + " answers " + answer.status() + " " + Answers.message(answer),
            RegistryException.Reason.AWAY);
      }
      return answer;
    } catch (InterruptedIOException | RegistryException e) {
      throw e;
    } catch (IOException e) {
      throw new RegistryException(url + ": " + reason(e), e, Unreached.reason(e));
    }
  }

  private Answer send(URI url, String path, Optional<String> body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Accept", MEDIA_TYPE + ", application/json");
    settings.authorization().ifPresent(value -> request.header("Authorization", value));
    body.ifPresent(
        json -> request.header("Content-Type", MEDIA_TYPE).POST(BodyPublishers.ofString(json)));
    CompletableFuture<HttpResponse<byte[]>> asked =
        http.sendAsync(request.build(), headers -> new LimitedBody(MAX_ANSWER_BYTES));
    try {
      // A request's own timeout ends with the headers; a body may never come.
      HttpResponse<byte[]> response =
          asked.get(settings.patience().readTimeout().toMillis(), TimeUnit.MILLISECONDS);
      refuseRedirect(url, response);
      return new Answer(url, response.statusCode(), new String(response.body(), UTF_8));
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (TimeoutException e) {
      throw new IOException("no whole answer within " + settings.patience().readTimeout(), e);
    } catch (ExecutionException e) {
      throw new IOException(reason(e), e);
    } finally {
      asked.cancel(true);
    }
  }

  private static void refuseRedirect(URI url, HttpResponse<byte[]> response)
      throws RegistryException {
    Optional<String> location = response.headers().firstValue("Location");
    if (response.statusCode() / 100 == REDIRECT && location.isPresent()) {
      throw new RegistryException(
          url
              + " answers "
              + response.statusCode()
              + ", Location: "
              + place(location.get())
              + ". User and password are not sent on: if the registry is there, put that URL into"
              + " schema.registry.url");
    }
  }

  /** Without query and user: they may be a secret of whoever sends on. */
  private static String place(String location) {
    String place;
    try {
      URI to = new URI(location);
      String host = to.getHost() == null ? "" : "//" + to.getHost();
      String port = to.getPort() < 0 ? "" : ":" + to.getPort();
      String scheme = to.getScheme() == null ? "" : to.getScheme() + ":";
      place = scheme + host + port + (to.getRawPath() == null ? "" : to.getRawPath());
    } catch (URISyntaxException e) {
      return "(no URL)";
    }
    return place.length() > MAX_PLACE ? place.substring(0, MAX_PLACE) + "…" : place;
  }

  private void pause() throws InterruptedIOException {
    try {
      clock.sleep(settings.patience().pause());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static InterruptedIOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    InterruptedIOException stopped =
        new InterruptedIOException("stopped while asking the schema registry");
    stopped.initCause(e);
    return stopped;
  }

  private String joined() {
    return String.join(",", settings.urls().stream().map(URI::toString).toList());
  }

  /** A refused connection has no message of its own. */
  private static String reason(Exception e) {
    Throwable first = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    for (Throwable cause = first; cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null) {
        return cause.getMessage();
      }
    }
    return first.getClass().getSimpleName();
  }
}
