package dev.ramtide.producer.cli;

import dev.ramtide.producer.publish.EpochLog;
import dev.ramtide.producer.publish.VmLog;
import dev.ramtide.refusal.PlainPorts;
import java.io.IOException;

/**
 * A log whose claims make clients anew: a broker that was away at the start may come back with TLS.
 */
record AskingLog(PlainPorts ports, VmLog log) implements VmLog {
  @Override
  public EpochLog claim() throws IOException {
    ports.require();
    return log.claim();
  }
}
