package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An existing mapped-ram file, ours or one that QEMU saved with {@code migrate file:}. The guest is
 * not touched; the instant of the capture is when the file was last written.
 */
public final class MappedRamFileSource implements CaptureSource {
  private final Path file;

  private MappedRamFileSource(Path file) {
    this.file = file;
  }

  /**
   * Looks whether it is one, so that a mistyped name takes no VM from its agent.
   *
   * @throws IOException it is no whole mapped-ram file, or cannot be read
   */
  public static MappedRamFileSource open(Path file) throws IOException {
    MappedRamFileSource source = new MappedRamFileSource(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      source.read(channel, MappedRamFileReader::check);
    }
    return source;
  }

  private interface Reading {
    void of(MappedRamFileReader reader) throws IOException;
  }

  @Override
  public SourceKind kind() {
    return SourceKind.FILE;
  }

  @Override
  public Optional<CaptureMode> mode() {
    return Optional.of(CaptureMode.EXTERNAL);
  }

  @Override
  public String qemuVersion() {
    return "";
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException {
    Instant start = Instant.now();
    FileTime written = Files.getLastModifiedTime(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long bytes = channel.size();
      read(channel, reader -> reader.readInto(handler));
      // A QEMU or a sink that writes the file meanwhile would give pages of two instants.
      if (channel.size() != bytes || !Files.getLastModifiedTime(file).equals(written)) {
        throw new IOException(
            file + " was written while it was read: publish it when nothing writes it any more");
      }
    }
    Instant instant = written.toInstant();
    return new CaptureFacts(CaptureMode.EXTERNAL, start, instant, instant, Duration.ZERO);
  }

  private void read(FileChannel channel, Reading reading) throws IOException {
    try {
      reading.of(new MappedRamFileReader(new FileBytes(channel)));
    } catch (MalformedStreamException malformed) {
      throw new IOException(file + ": " + malformed.getMessage(), malformed);
    }
  }

  @Override
  public void close() {}
}
