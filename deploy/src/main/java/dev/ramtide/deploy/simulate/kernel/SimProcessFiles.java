package dev.ramtide.deploy.simulate.kernel;

import dev.ramtide.deploy.simulate.kernel.HostTraits.Reach;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.procfs.PagemapEntry;
import dev.ramtide.producer.procfs.ProcessFiles;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files of one simulated process. Texts are read by their path, and so of whoever has the PID
 * now; memory, pagemap and clear_refs stay with the process that had it when each was first needed.
 *
 * <p>Between two pages others come: who reads a guest that runs gets pages of different moments,
 * and half of a page from before a write.
 */
final class SimProcessFiles implements ProcessFiles {
  private final SimKernel kernel;
  private final SimProcess viewer;
  private final long pid;
  private @Nullable SimTask memory;
  private @Nullable SimTask pagemap;
  private @Nullable SimTask claimed;

  SimProcessFiles(SimKernel kernel, SimProcess viewer, long pid) {
    this.kernel = kernel;
    this.viewer = viewer;
    this.pid = pid;
  }

  @Override
  public long pid() {
    return pid;
  }

  private boolean isAgent() {
    return pid == SimKernel.AGENT_PID;
  }

  private SimTask task() throws IOException {
    return kernel.task(pid).orElseThrow(() -> new IOException("/proc/" + pid + ": no such file"));
  }

  @Override
  public String text(String name) throws IOException {
    viewer.act();
    if (isAgent()) {
      return switch (name) {
        case "stat" -> ProcTexts.stat(pid, "java", 1);
        case "smaps" -> ProcTexts.smaps(kernel.hasSoftDirty());
        default -> throw new IOException("/proc/" + pid + "/" + name + ": no such file");
      };
    }
    SimTask task = task();
    return switch (name) {
      case "stat" -> ProcTexts.stat(pid, "qemu-system-x86", task.startTime());
      case "smaps" -> ProcTexts.smaps(permitted(task, name).memory());
      default -> throw new IOException("/proc/" + pid + "/" + name + ": no such file");
    };
  }

  @Override
  public String link(String name) throws IOException {
    viewer.act();
    boolean others = !isAgent() && ProcTexts.isElsewhere(task().memory().traits());
    return switch (name) {
      case "ns/mnt" -> ProcTexts.namespace("mnt", others);
      case "ns/pid" -> ProcTexts.namespace("pid", others);
      default -> throw new IOException("/proc/" + pid + "/" + name + ": no such file");
    };
  }

  @Override
  public List<String> openFiles() {
    return List.of(); // No device of the host.
  }

  private SimTask permitted(SimTask task, String file) throws IOException {
    if (task.memory().traits().reach() == Reach.NO_RIGHTS) {
      throw new UnsuitableHostException("/proc/" + pid + "/" + file + ": permission denied");
    }
    return task;
  }

  private static SimTask alive(SimTask task) throws IOException {
    if (!task.isAlive()) {
      throw new IOException("process " + task.pid() + " is gone");
    }
    return task;
  }

  @Override
  public void readMemory(long address, ByteBuffer into) throws IOException {
    viewer.act();
    SimTask of = memory == null ? permitted(task(), "mem") : memory;
    memory = of;
    for (long at = address; into.hasRemaining(); at += PagemapEntry.PAGE_BYTES) {
      readPage(of, at, into);
    }
  }

  private void readPage(SimTask of, long address, ByteBuffer into) throws IOException {
    int half = PagemapEntry.PAGE_BYTES / 2;
    for (int from = 0; from < PagemapEntry.PAGE_BYTES; from += half) {
      viewer.act();
      ProcessMemory bytes = alive(of).memory();
      Optional<Integer> block = bytes.blockAt(address);
      if (block.isEmpty()) {
        throw new IOException("nothing is mapped at 0x" + Long.toHexString(address));
      }
      int page = pageOf(bytes, block.get(), address);
      bytes.read(block.get(), page);
      into.put(bytes.content(block.get(), page), from, half);
    }
  }

  private static int pageOf(ProcessMemory memory, int block, long address) {
    return (int) ((address - memory.range(block).start()) / PagemapEntry.PAGE_BYTES);
  }

  @Override
  public void readPagemap(long firstPage, ByteBuffer into) throws IOException {
    viewer.act();
    SimTask of = pagemap == null ? permitted(task(), "pagemap") : pagemap;
    pagemap = of;
    for (long at = firstPage; into.hasRemaining(); at++) {
      viewer.act();
      ProcessMemory noted = alive(of).memory();
      long address = at * PagemapEntry.PAGE_BYTES;
      into.putLong(
          noted
              .blockAt(address)
              .map(block -> noted.entry(block, pageOf(noted, block, address)))
              .orElse(0L));
    }
  }

  @Override
  public void claimSoftDirty() throws IOException {
    viewer.act();
    SimTask of = permitted(task(), "clear_refs");
    if (!of.claim(viewer)) {
      throw new UnsuitableHostException("another Ramtide agent uses the soft-dirty bits");
    }
    claimed = of;
  }

  @Override
  public void clearSoftDirty() throws IOException {
    SimTask of = claimed;
    if (of == null) {
      throw new IllegalStateException("the bits of process " + pid + " are not claimed");
    }
    viewer.act();
    ProcessMemory noted = alive(of).memory();
    try {
      for (int block = 0; block < noted.blockCount(); block++) {
        for (int page = 0; page < noted.pageCount(block); page++) {
          noted.clear(block, page);
          viewer.act();
        }
      }
      alive(of);
    } finally {
      noted.endClear();
    }
  }

  @Override
  public void close() {
    SimTask held = claimed;
    claimed = null;
    if (held != null) {
      held.release();
    }
  }
}
