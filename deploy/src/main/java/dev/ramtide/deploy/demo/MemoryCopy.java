package dev.ramtide.deploy.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a guest's memory was while it stood, in a file: what is below 4 GiB, then what is above. */
public final class MemoryCopy implements PhysicalMemory, AutoCloseable {
  private final GuestSpec spec;
  private final Path low;
  private final Path high;

  private MemoryCopy(GuestSpec spec, Path low, Path high) {
    this.spec = spec;
    this.low = low;
    this.high = high;
  }

  /**
   * Copies all memory of a guest that stands.
   *
   * @param directory where the copy is kept until it is closed; takes as much room as the guest has
   *     memory
   */
  public static MemoryCopy of(QemuGuest guest, Path directory)
      throws IOException, InterruptedException {
    GuestSpec spec = guest.spec();
    MemoryCopy copy =
        new MemoryCopy(spec, directory.resolve("memory.low"), directory.resolve("memory.high"));
    long lowBytes = spec.machine().lowBytes(spec.memoryBytes());
    guest.savePhysical(0, lowBytes, copy.low);
    if (spec.memoryBytes() > lowBytes) {
      guest.savePhysical(Machine.HIGH_BASE, spec.memoryBytes() - lowBytes, copy.high);
    }
    return copy;
  }

  @Override
  public GuestSpec spec() {
    return spec;
  }

  @Override
  public InputStream read(long address, long sizeBytes) throws IOException {
    boolean below = address < Machine.HIGH_BASE;
    InputStream bytes = Files.newInputStream(below ? low : high);
    try {
      bytes.skipNBytes(below ? address : address - Machine.HIGH_BASE);
      return bytes;
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(low);
    Files.deleteIfExists(high);
  }
}
