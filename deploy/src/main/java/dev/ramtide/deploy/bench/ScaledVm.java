package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.ChildVerb;
import dev.ramtide.deploy.demo.SealWatch;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link SyntheticGuest} with an agent and a sink, each a process of its own with the heap that a
 * user gives it. Every checkpoint is a keyframe: all pages travel, are applied and noted, also the
 * zero ones.
 */
final class ScaledVm implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final long LOOK_EVERY_MS = 2;

  /** It says why a moment after it has hung up. */
  private static final long LAST_WORD_MS = 500;

  private final SyntheticGuest guest;
  private final Path socket;
  private final ChildVerb agent;
  private final ChildVerb sink;
  private final SealWatch seals;
  private long checkpoints;

  /**
   * What a checkpoint cost since the first byte of the stream, in ns per page of the guest.
   *
   * @param acknowledged until the agent knew that it counts
   * @param sealed until the sink had it sealed
   */
  record Cost(double acknowledged, double sealed) {}

  private ScaledVm(BenchBed bed, SyntheticGuest guest, int partitions) throws IOException {
    String vm = bed.newName("scale");
    Path images = bed.newDirectory("images");
    this.guest = guest;
    this.socket = bed.newSocket();
    this.agent =
        bed.processes()
            .start("agent-" + vm, ResidentMemory.AGENT, agentWords(bed, vm, socket, partitions));
    this.sink =
        bed.processes().start("sink-" + vm, ResidentMemory.HEAP, sinkWords(bed, images, vm));
    this.seals = new SealWatch(images.resolve(vm));
  }

  /** Starts both and takes the first checkpoint. */
  static ScaledVm begin(BenchBed bed, SyntheticGuest guest, int partitions)
      throws IOException, InterruptedException {
    ScaledVm vm = new ScaledVm(bed, guest, partitions);
    try {
      vm.checkpoint();
      return vm;
    } catch (IOException | InterruptedException e) {
      vm.close();
      throw e;
    }
  }

  private static List<String> agentWords(BenchBed bed, String vm, Path socket, int partitions) {
    return List.of(
        "agent",
        "--vm",
        vm,
        "--listen",
        "unix:" + socket,
        "--partitions",
        Integer.toString(partitions),
        "--keyframe-interval",
        "1",
        "--json",
        "--bootstrap-server",
        bed.bootstrapServers());
  }

  private static List<String> sinkWords(BenchBed bed, Path images, String vm) {
    return List.of(
        "sink",
        "--images",
        images.toString(),
        "--vm",
        vm,
        "--bootstrap-server",
        bed.bootstrapServers());
  }

  Cost checkpoint() throws IOException, InterruptedException {
    long start;
    try (SocketChannel stream = connect()) {
      start = System.nanoTime();
      guest.writeTo(stream, checkpoints++);
    } catch (IOException e) {
      Thread.sleep(LAST_WORD_MS);
      throw new IOException("an agent does not take its stream: " + agent.lastLine(), e);
    }
    if (agent.nextLine(TIMEOUT).isEmpty()) {
      throw new IOException("an agent took no checkpoint: " + agent.lastLine());
    }
    long acknowledged = System.nanoTime() - start;
    awaitSealed();
    long sealed = System.nanoTime() - start;
    return new Cost(perPage(acknowledged), perPage(sealed));
  }

  /** An agent that begins has no socket yet, or one that is bound and refuses. */
  private SocketChannel connect() throws IOException, InterruptedException {
    List<SocketChannel> connected = new ArrayList<>();
    await(
        () -> {
          try {
            connected.add(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
          } catch (SocketException notYet) {
            return false;
          }
          return true;
        },
        agent,
        "does not listen");
    return connected.get(0);
  }

  long pageCount() {
    return guest.pageCount();
  }

  ChildVerb agent() {
    return agent;
  }

  ChildVerb sink() {
    return sink;
  }

  private double perPage(long nanos) {
    return (double) nanos / guest.pageCount();
  }

  private void awaitSealed() throws IOException, InterruptedException {
    await(
        () -> {
          seals.look();
          return seals.lastSeen() >= checkpoints;
        },
        sink,
        "does not seal checkpoint " + checkpoints);
  }

  private interface Condition {
    boolean isMet() throws IOException;
  }

  private static void await(Condition condition, ChildVerb process, String otherwise)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.isMet()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("a process " + otherwise + ": " + process.lastLine());
      }
      Thread.sleep(LOOK_EVERY_MS);
    }
  }

  @Override
  public void close() {
    agent.askToStop();
    sink.askToStop();
    agent.close();
    sink.close();
  }
}
