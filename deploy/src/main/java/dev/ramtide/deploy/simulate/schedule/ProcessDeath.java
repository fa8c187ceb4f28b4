package dev.ramtide.deploy.simulate.schedule;

/**
 * Unwinds a thread of a process that was killed. An error, so that nobody takes it for a failure of
 * the world and copes; what runs on the way out meets it again at every door.
 */
public final class ProcessDeath extends Error {
  private static final long serialVersionUID = 1L;

  ProcessDeath(String process) {
    super(process + " was killed", null, false, false);
  }
}
