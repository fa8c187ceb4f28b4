package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of a process of this host, each opened when it is first needed. */
final class OpenProcessFiles implements ProcessFiles {
  /** What Linux allows a process by default ({@code fs.nr_open}). */
  private static final int MAX_OPEN_FILES = 1 << 20;

  private final long pid;
  private final Path directory;
  private final ProcChannel memory;
  private final ProcChannel pagemap;
  private @Nullable SoftDirtyClaim claim;

  OpenProcessFiles(Path proc, long pid) {
    this.pid = pid;
    this.directory = proc.resolve(Long.toString(pid));
    this.memory = new ProcChannel(directory.resolve("mem"));
    this.pagemap = new ProcChannel(directory.resolve("pagemap"));
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public String text(String name) throws IOException {
    return ProcAccess.text(directory.resolve(name));
  }

  @Override
  public String link(String name) throws IOException {
    return ProcAccess.link(directory.resolve(name));
  }

  @Override
  public List<String> openFiles() throws IOException {
    Path descriptors = directory.resolve("fd");
    List<String> targets = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(descriptors)) {
      for (Path entry : entries) {
        if (targets.size() == MAX_OPEN_FILES) {
          throw new IOException("more than " + MAX_OPEN_FILES + " open files");
        }
        try {
          targets.add(Files.readSymbolicLink(entry).toString());
        } catch (NoSuchFileException e) {
          // Closed since it was listed.
          continue;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw new IOException(descriptors + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw ProcAccess.explained(descriptors, e);
    }
    return targets;
  }

  @Override
  public void readMemory(long address, ByteBuffer into) throws IOException {
    memory.readFully(address, into);
  }

  @Override
  public void readPagemap(long firstPage, ByteBuffer into) throws IOException {
    if (into.remaining() % PagemapEntry.BYTES != 0) {
      throw new IllegalArgumentException(into.remaining() + " bytes for entries of 8");
    }
    pagemap.readFully(Math.multiplyExact(firstPage, (long) PagemapEntry.BYTES), into);
  }

  @Override
  public void claimSoftDirty() throws IOException {
    if (claim != null) {
      throw new IllegalStateException("process " + pid + " is claimed already");
    }
    claim = SoftDirtyClaim.of(directory.resolve("clear_refs"));
  }

  @Override
  public void clearSoftDirty() throws IOException {
    SoftDirtyClaim held = claim;
    if (held == null) {
      throw new IllegalStateException("the soft-dirty bits of process " + pid + " are not claimed");
    }
    held.clear();
  }

  @Override
  public void close() throws IOException {
    try {
      memory.close();
    } finally {
      try {
        pagemap.close();
      } finally {
        if (claim != null) {
          claim.close();
        }
      }
    }
  }
}
