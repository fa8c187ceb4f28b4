package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.ChildVerb;
import java.io.IOException;

/** A node of the cluster. */
final class Broker implements Supervised.Owner {
  private final TortureProcesses processes;
  private final Reports reports;
  private final int node;
  private final Supervised process;
  private boolean ready;

  /**
   * @param node from 1
   */
  Broker(int node, TortureProcesses processes, Reports reports) {
    this.node = node;
    this.processes = processes;
    this.reports = reports;
    this.process = new Supervised("broker-" + node, this);
  }

  Supervised process() {
    return process;
  }

  /** Whether clients can connect. */
  boolean isReady() {
    return ready && process.isUp();
  }

  @Override
  public ChildVerb start() throws IOException {
    ready = false;
    return processes.broker(node);
  }

  @Override
  public void said(String line) {
    ready |= line.startsWith("ready:");
  }

  @Override
  public void ended(String reason) {
    reports.ended(process.name(), "broker", reason);
  }
}
