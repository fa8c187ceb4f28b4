package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.QmpFaults;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a guest through its host where host, QEMU and guest allow it, and else by its migration
 * stream.
 *
 * <p>A host that refused is not asked again for a while: to ask takes a migration that is broken
 * off. One that did not tell of all that changed is never asked again.
 */
public final class SourceChoice implements CaptureSource {
  private static final Logger LOG = LoggerFactory.getLogger(SourceChoice.class);

  private final HostMemorySource host;
  private final CaptureSource stream;
  private final HostTrust trust;
  private boolean throughHost;
  private boolean asked;

  /**
   * @param stream becomes {@code host}'s to close
   */
  SourceChoice(HostMemorySource host, CaptureSource stream, HostTrust trust) {
    this.trust = trust;
    this.host = host;
    this.stream = stream;
  }

  /**
   * The source that does what is asked for. See {@link DrivenSource#open} for what is thrown.
   *
   * @param qmpSocket of the QEMU
   * @param trust what was learnt of its host before
   * @param faults is told what goes wrong on the control socket
   */
  public static CaptureSource open(
      Path qmpSocket, QemuOptions options, HostTrust trust, QmpFaults faults)
      throws IOException, InterruptedException {
    DrivenSource stream = DrivenSource.open(qmpSocket, options.drive(), faults);
    try {
      return choose(stream, options, trust);
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  private static CaptureSource choose(DrivenSource stream, QemuOptions options, HostTrust trust)
      throws IOException {
    return switch (options.mode()) {
      case KERNEL, SCAN -> stream.throughHost(options.host(), trust);
      case BACKGROUND, LIVE, STOP -> stream;
      case AUTO ->
          options.needsStream()
              ? stream
              : new SourceChoice(stream.throughHost(options.host(), trust), stream, trust);
    };
  }

  @Override
  public SourceKind kind() {
    return chosen().kind();
  }

  @Override
  public Optional<CaptureMode> mode() {
    return asked ? chosen().mode() : Optional.empty();
  }

  @Override
  public String qemuVersion() {
    return chosen().qemuVersion();
  }

  @Override
  public ReadingMemory readingMemory() {
    return chosen().readingMemory();
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException, InterruptedException {
    asked = false;
    throughHost = trust.mayAsk() && isSuitable();
    asked = true;
    try {
      return chosen().capture(handler);
    } catch (UnsuitableHostException e) {
      trust.refused();
      throw e;
    } catch (AuditException e) {
      trust.lied();
      throw e;
    }
  }

  private boolean isSuitable() throws IOException, InterruptedException {
    try {
      return host.require();
    } catch (UnsuitableHostException | QmpException e) {
      trust.refused();
      host.forget();
      LOG.atInfo()
          .addKeyValue("reason", e.getMessage())
          .log("every checkpoint reads all memory by migration: the host cannot tell what changed");
      return false;
    }
  }

  private CaptureSource chosen() {
    return throughHost ? host : stream;
  }

  @Override
  public void close() throws IOException {
    host.close(); // And with it the stream.
  }
}
