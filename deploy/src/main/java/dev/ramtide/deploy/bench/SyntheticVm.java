package dev.ramtide.deploy.bench;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.WriterKeys;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.ListenAddress;
import dev.ramtide.producer.capture.ListeningSource;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.publish.KafkaVmLog;
import dev.ramtide.producer.publish.LogSettings;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A {@link SyntheticGuest} with a real agent in this process, which gets its stream on a unix
 * socket. Stays warm from one checkpoint to the next, as an agent does that runs on.
 */
final class SyntheticVm implements AutoCloseable {
  private final SyntheticGuest guest;
  private final LogSettings settings;
  private final Path socket;
  private final ListeningSource source;
  private final CaptureSession session;
  private long rounds;

  /**
   * A checkpoint, and how long it took from the first byte on the socket until it counted.
   *
   * @param seconds acknowledged by Kafka included
   */
  record Captured(CheckpointManifest manifest, double seconds) {}

  /**
   * @param client more properties for Kafka's clients
   */
  SyntheticVm(BenchBed bed, String name, SyntheticGuest guest, Properties client)
      throws IOException {
    this(bed, name, guest, new Writing(client, WriterKeys.NONE));
  }

  /**
   * @param keys what its log is encrypted with
   */
  static SyntheticVm withKeys(BenchBed bed, String name, SyntheticGuest guest, WriterKeys keys)
      throws IOException {
    return new SyntheticVm(bed, name, guest, new Writing(new Properties(), keys));
  }

  /** How its log is written. */
  private record Writing(Properties client, WriterKeys keys) {}

  private SyntheticVm(BenchBed bed, String name, SyntheticGuest guest, Writing writing)
      throws IOException {
    Properties all = bed.client();
    all.putAll(writing.client());
    VmTopics topics = new VmTopics(VmTopics.DEFAULT_PREFIX, new VmId(bed.newName(name)));
    SessionOptions options =
        new SessionOptions(
            SessionOptions.DEFAULT_STRIPE_PAGES,
            SessionOptions.DEFAULT_PARTITIONS,
            SessionOptions.DEFAULT_PAYLOAD_BYTES,
            0,
            "");
    Clock clock = Clock.systemUTC();
    this.guest = guest;
    this.settings =
        new LogSettings(
            all,
            topics,
            options.partitionCount(),
            OptionalInt.empty(),
            options.payloadBytes(),
            "bench",
            SkippedRecords.NONE,
            writing.keys());
    this.socket = bed.newSocket();
    this.source = ListeningSource.open(ListenAddress.parse("unix:" + socket), 0, false);
    this.session = new CaptureSession(new KafkaVmLog(settings, clock), options, clock);
  }

  LogSettings settings() {
    return settings;
  }

  VmTopics topics() {
    return settings.topics();
  }

  /** Takes a checkpoint of which every page with bytes is a new one. */
  Captured capture() throws IOException, InterruptedException {
    long round = rounds++;
    CompletableFuture<Long> begun = new CompletableFuture<>();
    CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(round, begun));
    CheckpointManifest manifest = session.capture(source);
    long end = System.nanoTime();
    sent.join();
    return new Captured(manifest, (end - begun.join()) / 1e9);
  }

  private void send(long round, CompletableFuture<Long> begun) {
    try (SocketChannel stream = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      begun.complete(System.nanoTime());
      guest.writeTo(stream, round);
    } catch (IOException e) {
      begun.completeExceptionally(e);
      throw new CompletionException(e);
    }
  }

  @Override
  public void close() throws IOException {
    session.close();
    source.close();
  }
}
