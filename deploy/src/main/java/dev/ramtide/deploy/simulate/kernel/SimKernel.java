package dev.ramtide.deploy.simulate.kernel;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.procfs.ProcFs;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A host's kernel: its processes, and its KSM. */
public final class SimKernel {
  /** Of everybody who looks: none of them is looked at. */
  static final long AGENT_PID = 77;

  private final Map<Long, SimTask> tasks = new HashMap<>();
  private long ticks = 1000;
  private boolean merging;
  private long scannedPages;

  /**
   * A process begins; one that had the PID before is no more.
   *
   * @param pid above {@link #AGENT_PID}
   */
  public void start(long pid, SimProcess process, ProcessMemory memory) {
    ticks += 100;
    tasks.put(pid, new SimTask(pid, ticks, process, memory));
  }

  /** What one process sees. */
  public ProcFs procFs(SimProcess viewer) {
    return new SimProcFs(this, viewer);
  }

  /** {@code /sys/kernel/mm/ksm/run}. */
  public void setMerging(boolean run) {
    merging = run;
  }

  public boolean isMerging() {
    return merging;
  }

  /** Whether it keeps the bits. */
  boolean hasSoftDirty() {
    return tasks.values().stream().allMatch(task -> task.memory().traits().softDirty());
  }

  /** KSM has looked at a page of somebody's. */
  public void scanned() {
    scannedPages++;
  }

  Optional<SimTask> task(long pid) {
    return Optional.ofNullable(tasks.get(pid)).filter(SimTask::isAlive);
  }

  /** A file of the whole host. */
  Optional<String> text(String path) {
    return switch (path) {
      case "/sys/kernel/mm/ksm/run" -> Optional.of(merging ? "1\n" : "0\n");
      case "/sys/kernel/mm/ksm/full_scans" -> Optional.of(scannedPages / 100 + "\n");
      case "/sys/kernel/mm/ksm/pages_scanned" -> Optional.of(scannedPages + "\n");
      default -> ksmStat(path);
    };
  }

  private Optional<String> ksmStat(String path) {
    return tasks.values().stream()
        .filter(task -> path.equals("/proc/" + task.pid() + "/ksm_stat") && task.isAlive())
        .map(task -> ProcTexts.ksmStat(task.memory(), merging))
        .findFirst();
  }
}
