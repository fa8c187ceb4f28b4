package dev.ramtide.refusal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * The servers of clients that do not speak TLS. Kafka's client takes an alert of TLS for the length
 * of a record of 352 MB, and runs out of memory where there is less, or waits for the rest of it
 * (KAFKA-4090). So servers are asked before there is such a client; those of whom one once answered
 * as Kafka are asked no more.
 *
 * <p>One owner thread; all are asked at the same time, by threads that end with the process.
 */
public final class PlainPorts {
  /** All that a start may lose by servers that are away. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Resolver resolver;
  private final Duration patience;
  private final Collection<Client> unanswered = new ArrayList<>();

  /**
   * What a client would do.
   *
   * @param protocolKey the key that says its protocol, such as {@code consumer.security.protocol}
   * @param protocol the value of that, in letters of any case as Kafka takes it
   * @param servers as in {@code bootstrap.servers}
   */
  public record Client(String protocolKey, String protocol, String servers) {
    public Client {
      protocol = protocol.strip().toUpperCase(Locale.ROOT);
    }

    private boolean speaksTls() {
      return protocol.endsWith("SSL");
    }
  }

  /** Where a name leads to. */
  interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private record Heard(String server, TlsPort.Answer answer) {
    static final Heard NOTHING = new Heard("", TlsPort.Answer.UNKNOWN);
  }

  public PlainPorts(Collection<Client> clients) {
    this(clients, InetAddress::getAllByName, PATIENCE);
  }

  PlainPorts(Collection<Client> clients, Resolver resolver, Duration patience) {
    this.resolver = resolver;
    this.patience = patience;
    Map<List<String>, Client> distinct = new LinkedHashMap<>();
    clients.stream()
        .filter(client -> !client.speaksTls())
        .forEach(
            client -> distinct.putIfAbsent(List.of(client.protocol(), client.servers()), client));
    unanswered.addAll(distinct.values());
  }

  /**
   * Returns when of each client's servers one answered as Kafka, when none will, or after a second.
   * An interrupt ends the wait and is kept.
   *
   * @throws TlsPortException one that was faster speaks TLS
   */
  public void require() throws TlsPortException {
    Map<Client, CompletableFuture<Heard>> asked = new LinkedHashMap<>();
    ExecutorService threads = Executors.newCachedThreadPool(PlainPorts::daemon);
    unanswered.forEach(client -> asked.put(client, first(client, threads)));
    await(asked.values());
    threads.shutdown();
    for (Map.Entry<Client, CompletableFuture<Heard>> each : asked.entrySet()) {
      Heard heard = each.getValue().getNow(Heard.NOTHING);
      switch (heard.answer()) {
        case TLS -> throw new TlsPortException(heard.server(), each.getKey());
        case KAFKA -> unanswered.remove(each.getKey());
        case UNKNOWN -> {} // Whatever is wrong is for Kafka's client to say.
      }
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "ports");
    thread.setDaemon(true); // A look-up of a name cannot be ended.
    return thread;
  }

  private void await(Collection<CompletableFuture<Heard>> asked) {
    try {
      CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      // What was heard until now counts.
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first answer that says something, or that there is none. */
  private CompletableFuture<Heard> first(Client client, Executor threads) {
    CompletableFuture<Heard> first = new CompletableFuture<>();
    CompletableFuture<?>[] asked =
        new LinkedHashSet<>(List.of(client.servers().strip().split("\\s*,\\s*")))
            .stream()
                .map(
                    server ->
                        CompletableFuture.supplyAsync(() -> addresses(server), threads)
                            .thenCompose(all -> askAll(server, all, first, threads)))
                .toArray(CompletableFuture[]::new);
    return CompletableFuture.anyOf(
            first, CompletableFuture.allOf(asked).handle((done, failed) -> Heard.NOTHING))
        .thenApply(heard -> first.getNow(Heard.NOTHING));
  }

  private CompletableFuture<Void> askAll(
      String server,
      List<InetSocketAddress> addresses,
      CompletableFuture<Heard> first,
      Executor threads) {
    return CompletableFuture.allOf(
        addresses.stream()
            .map(address -> CompletableFuture.runAsync(() -> ask(server, address, first), threads))
            .toArray(CompletableFuture[]::new));
  }

  private void ask(String server, InetSocketAddress address, CompletableFuture<Heard> first) {
    TlsPort.Answer answer = TlsPort.ask(address, patience);
    if (answer != TlsPort.Answer.UNKNOWN) {
      first.complete(new Heard(server, answer));
    }
  }

  /** All of a server, read as Kafka's client reads it. */
  private List<InetSocketAddress> addresses(String server) {
    try {
      String host = Utils.getHost(server);
      Integer port = Utils.getPort(server);
      return host == null || port == null
          ? List.of()
          : Stream.of(resolver.addresses(host))
              .map(address -> new InetSocketAddress(address, port))
              .toList();
    } catch (UnknownHostException | IllegalArgumentException e) {
      return List.of();
    }
  }
}
