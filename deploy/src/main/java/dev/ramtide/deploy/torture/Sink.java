package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.ChildVerb;
import java.io.IOException;

/** A member of the site's group. */
final class Sink implements Supervised.Owner {
  private final String name;
  private final TortureProcesses processes;
  private final Reports reports;

  private Sink(String name, TortureProcesses processes, Reports reports) {
    this.name = name;
    this.processes = processes;
    this.reports = reports;
  }

  /** One that is not started yet. */
  static Supervised of(String name, TortureProcesses processes, Reports reports) {
    return new Supervised(name, new Sink(name, processes, reports));
  }

  @Override
  public ChildVerb start() throws IOException {
    return processes.sink(name);
  }

  @Override
  public void ended(String reason) {
    reports.ended(name, "sink", reason);
  }
}
