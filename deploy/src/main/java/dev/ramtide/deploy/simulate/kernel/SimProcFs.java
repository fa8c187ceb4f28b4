package dev.ramtide.deploy.simulate.kernel;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.procfs.ProcFs;
import dev.ramtide.producer.procfs.ProcessFiles;
import java.util.List;
import java.util.Optional;

/** A simulated kernel as one process sees it. */
record SimProcFs(SimKernel kernel, SimProcess viewer) implements ProcFs {
  @Override
  public List<Long> processes() {
    throw new UnsupportedOperationException("QEMU is found by its world");
  }

  @Override
  public Optional<String> text(String path) {
    viewer.act();
    return kernel.text(path);
  }

  @Override
  public ProcessFiles open(long pid) {
    return new SimProcessFiles(kernel, viewer, pid);
  }

  @Override
  public long ownPid() {
    return SimKernel.AGENT_PID;
  }
}
