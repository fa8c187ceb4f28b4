package dev.ramtide.deploy.testbed;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An archive of the kind that Linux unpacks as its first file system (cpio, newc), written straight
 * to a file.
 *
 * <pre>
 *   "070701"  13 fields of 8 hexadecimal digits  name 0  padding to 4  bytes  padding to 4
 * </pre>
 *
 * Names are without a leading '/'. The directories above a file need not be named: they are added
 * before it. The last of several files of one name counts.
 *
 * @see <a href="https://www.kernel.org/doc/Documentation/early-userspace/buffer-format.txt">Linux:
 *     initramfs buffer format</a>
 */
public final class CpioArchive implements Closeable {
  private static final int DIRECTORY = 0040755;
  private static final int PROGRAM = 0100755;
  private static final int FILE = 0100644;
  private static final int LINK = 0120777;
  private static final int ALIGNMENT = 4;
  private static final String END = "TRAILER!!!";

  private final OutputStream out;
  private final Set<String> directories = new HashSet<>();
  private long writtenBytes;
  private int entries;

  private CpioArchive(OutputStream out) {
    this.out = out;
  }

  /** Begins an archive in a file, which is whole when this is closed. */
  public static CpioArchive create(Path file) throws IOException {
    return new CpioArchive(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
  }

  public CpioArchive directory(String name) throws IOException {
    if (!name.isEmpty() && directories.add(name)) {
      above(name);
      add(new Entry(name, DIRECTORY, 0, 0), InputStream.nullInputStream());
    }
    return this;
  }

  public CpioArchive program(String name, byte[] content) throws IOException {
    above(name);
    return add(new Entry(name, PROGRAM, 0, content.length), new ByteArrayInputStream(content));
  }

  /** A file of this machine's, with its time: a JVM's archive of classes holds jars to theirs. */
  public CpioArchive file(String name, Path content) throws IOException {
    above(name);
    int mode = Files.isExecutable(content) ? PROGRAM : FILE;
    long time = Files.getLastModifiedTime(content).toMillis() / 1000;
    try (InputStream in = Files.newInputStream(content)) {
      return add(new Entry(name, mode, time, Files.size(content)), in);
    }
  }

  /** A symbolic link. */
  public CpioArchive link(String name, String target) throws IOException {
    above(name);
    byte[] content = target.getBytes(StandardCharsets.UTF_8);
    return add(new Entry(name, LINK, 0, content.length), new ByteArrayInputStream(content));
  }

  /** A file, or a directory with all that is in it, where it stands on this machine. */
  public CpioArchive inPlace(Path path) throws IOException {
    try (Stream<Path> all = Files.walk(path.toAbsolutePath())) {
      for (Path each : all.sorted().toList()) {
        String name = each.toString().substring(1);
        if (Files.isDirectory(each)) {
          directory(name);
        } else {
          file(name, each);
        }
      }
    }
    return this;
  }

  /** Writes the end mark. */
  @Override
  public void close() throws IOException {
    try (out) {
      add(new Entry(END, 0, 0, 0), InputStream.nullInputStream());
    }
  }

  private void above(String name) throws IOException {
    directory(name.substring(0, Math.max(0, name.lastIndexOf('/'))));
  }

  private record Entry(String name, int mode, long timeSeconds, long sizeBytes) {
    byte[] header(int number) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      long[] fields = {
        number, mode, 0, 0, 1, timeSeconds, sizeBytes, 0, 0, 0, 0, bytes.length + 1, 0,
      };
      StringBuilder header = new StringBuilder("070701");
      for (long field : fields) {
        header.append("%08x".formatted(field));
      }
      return (header + name + "\0").getBytes(StandardCharsets.UTF_8);
    }
  }

  private CpioArchive add(Entry entry, InputStream content) throws IOException {
    entries++;
    byte[] header = entry.header(entries);
    out.write(header);
    pad(header.length);
    long copied = content.transferTo(out);
    if (copied != entry.sizeBytes) {
      throw new IOException(entry + " had " + copied + " bytes");
    }
    pad(copied);
    return this;
  }

  private void pad(long lengthBytes) throws IOException {
    writtenBytes += lengthBytes;
    while (writtenBytes % ALIGNMENT != 0) {
      out.write(0);
      writtenBytes++;
    }
  }
}
