package dev.ramtide.deploy.registry;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Stands before a registry, asks for a user and a password, and passes on what it is asked. */
final class PasswordFront implements AutoCloseable {
  static final String USER = "agent";
  static final String PASSWORD = "correct horse";

  private final HttpServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  private PasswordFront(HttpServer server) {
    this.server = server;
  }

  /**
   * @param port 0 for a free one
   * @param registry what requests are passed on to
   */
  static PasswordFront start(int port, String registry) throws IOException {
    PasswordFront front =
        new PasswordFront(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
    front
        .server
        .createContext("/", exchange -> front.pass(exchange, registry))
        .setAuthenticator(
            new BasicAuthenticator("registry") {
              @Override
              public boolean checkCredentials(String user, String password) {
                return user.equals(USER) && password.equals(PASSWORD);
              }
            });
    front.server.start();
    return front;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void pass(HttpExchange exchange, String registry) {
    try (exchange) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(registry + exchange.getRequestURI().getRawPath()))
              .header("Content-Type", "application/json")
              .method(
                  exchange.getRequestMethod(),
                  BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()))
              .build();
      HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
      exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
