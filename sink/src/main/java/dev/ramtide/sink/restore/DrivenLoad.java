package dev.ramtide.sink.restore;

import dev.ramtide.mappedram.PositionalBytes;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Loads an image into a QEMU that is driven by its control socket, and knows from QEMU itself how
 * it went. One owner thread.
 */
public final class DrivenLoad implements RestoreSource.ImageReader {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String SPOILED =
      ". The waiting QEMU can load nothing more: end it, and start it anew with -incoming defer";

  private final WaitingQemu qemu;
  private final MachineNeeds needs;
  private WaitingQemu.@Nullable Loaded loaded;
  private Duration length = Duration.ZERO;
  private long streamBytes;

  /**
   * @throws IOException its machine is another one than the checkpoint's; it was not touched
   */
  public DrivenLoad(WaitingQemu qemu, MachineNeeds needs) throws IOException, InterruptedException {
    this.qemu = qemu;
    this.needs = needs;
    String machine = qemu.machineType();
    if (!machine.equals(needs.machineType())) {
      throw new IOException(
          "the waiting QEMU is a "
              + machine
              + ", the checkpoint is of a "
              + needs.machineType()
              + ". Start it with the guest's own arguments: "
              + needs);
    }
  }

  /** What QEMU was after it had loaded. */
  public WaitingQemu.Loaded loaded() {
    if (loaded == null) {
      throw new IllegalStateException("nothing was loaded yet");
    }
    return loaded;
  }

  /** How long QEMU took to load it. */
  public Duration length() {
    return length;
  }

  public long streamBytes() {
    return streamBytes;
  }

  /**
   * @throws IOException it was not loaded, and that QEMU can load nothing any more
   */
  @Override
  public void read(PositionalBytes file) throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    IncomingStream stream = new IncomingStream(qemu.listen(), needs);
    try {
      stream.read(file);
    } catch (HungUpException e) {
      throw inQemusWords(e);
    } catch (IOException e) {
      throw new IOException(e.getMessage() + SPOILED, e);
    }
    loaded = qemu.awaitLoaded();
    length = Duration.ofNanos(System.nanoTime() - beginNanos);
    streamBytes = stream.streamBytes();
  }

  /** Why it hung up QEMU knows best; what we saw is the least that can be said. */
  private IOException inQemusWords(HungUpException seen) throws InterruptedException {
    try {
      qemu.requireNotFailed(PATIENCE);
      return new IOException(seen.getMessage() + SPOILED, seen);
    } catch (IOException words) {
      words.addSuppressed(seen);
      return new IOException(
          words.getMessage() + ". It has to be started with the guest's own arguments: " + needs,
          words);
    }
  }
}
