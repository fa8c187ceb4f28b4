package dev.ramtide.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.ChildVerb;
import java.io.IOException;
import java.io.Serial;

/**
 * An agent that drives a guest's QEMU, and takes a checkpoint only when it is asked for the next:
 * between two of them its process is stopped, so that QEMU is free for others.
 */
final class DrivingAgent implements AutoCloseable {
  /** It sleeps so long between two checkpoints, less what one takes. */
  private static final String INTERVAL = "5s";

  private static final String QUICK_INTERVAL = "2s";

  /** With a number of them asked for, it ends when the first one fails, and says why. */
  private static final String MANY = "1000000";

  private final BenchGuest guest;
  private final BenchVerbs verbs;
  private final ChildVerb agent;

  /** This host, or this QEMU, does not have it. */
  static final class NoSuchModeException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    NoSuchModeException(IOException reason) {
      super(reason.getMessage(), reason);
    }
  }

  private DrivingAgent(BenchGuest guest, BenchVerbs verbs, ChildVerb agent) {
    this.guest = guest;
    this.verbs = verbs;
    this.agent = agent;
  }

  /**
   * Starts one; its keyframe is taken when this returns.
   *
   * @throws NoSuchModeException it took none
   */
  static DrivingAgent start(BenchBed bed, BenchGuest guest, String mode)
      throws IOException, InterruptedException, NoSuchModeException {
    BenchVerbs verbs = new BenchVerbs(bed);
    try {
      ChildVerb child =
          verbs.start(
              "agent",
              "--json",
              "--vm",
              bed.newName("vm"),
              "--mode",
              mode,
              "--checkpoints",
              MANY,
              "--qmp",
              guest.qemu().agentSocket().toString(),
              "--interval",
              bed.quick() ? QUICK_INTERVAL : INTERVAL);
      DrivingAgent agent = new DrivingAgent(guest, verbs, child);
      agent.awaitFirst();
      return agent;
    } catch (IOException | InterruptedException | RuntimeException | NoSuchModeException e) {
      verbs.close();
      throw e;
    }
  }

  private void awaitFirst() throws IOException, InterruptedException, NoSuchModeException {
    try {
      BenchVerbs.nextManifest(agent, BenchGuest.SOON);
    } catch (IOException e) {
      throw new NoSuchModeException(e);
    }
    rest();
  }

  /** Lets it take one more; returns its manifest. */
  JsonNode next() throws IOException, InterruptedException {
    agent.thaw();
    JsonNode manifest = BenchVerbs.nextManifest(agent, BenchGuest.SOON);
    rest();
    return manifest;
  }

  /** If it had begun another one by then, that one is let through. */
  private void rest() throws IOException, InterruptedException {
    agent.freeze();
    while (!guest.isAtRest()) {
      agent.thaw();
      BenchVerbs.nextManifest(agent, BenchGuest.SOON);
      agent.freeze();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      agent.thaw(); // One that stands does not hear that it shall end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It is killed then.
    } finally {
      verbs.close();
    }
  }
}
