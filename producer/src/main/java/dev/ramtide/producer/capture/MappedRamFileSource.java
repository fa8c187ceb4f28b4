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

/**
 * An existing mapped-ram file, ours or one that QEMU saved with {@code migrate file:}. The guest is
 * not touched; the instant of the capture is when the file was last written.
 */
public final class MappedRamFileSource implements CaptureSource {
  private final Path file;

  public MappedRamFileSource(Path file) {
    this.file = file;
  }

  @Override
  public SourceKind kind() {
    return SourceKind.FILE;
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
      readInto(channel, handler);
      // A QEMU or a sink that writes the file meanwhile would give pages of two instants.
      if (channel.size() != bytes || !Files.getLastModifiedTime(file).equals(written)) {
        throw new IOException(
            file + " was written while it was read: publish it when nothing writes it any more");
      }
    }
    Instant instant = written.toInstant();
    return new CaptureFacts(CaptureMode.EXTERNAL, start, instant, instant, Duration.ZERO);
  }

  private void readInto(FileChannel channel, GuestStateHandler handler) throws IOException {
    try {
      new MappedRamFileReader(new FileBytes(channel)).readInto(handler);
    } catch (MalformedStreamException malformed) {
      throw new IOException(file + ": " + malformed.getMessage(), malformed);
    }
  }

  @Override
  public void close() {}
}
