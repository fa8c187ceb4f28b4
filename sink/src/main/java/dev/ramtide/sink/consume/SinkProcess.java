package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.refusal.Refusal;
import dev.ramtide.registry.RegistryException;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.Site;
import dev.ramtide.time.MonotonicClock;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink: one follower of the checkpoints topics and some members of the site's group.
 *
 * <p>{@link #start}, then wait or {@link #close}; from any thread.
 */
public final class SinkProcess implements MemberWork, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(SinkProcess.class);

  /** An image that is further behind goes on to the newest; the log has them all. */
  private static final int MOST_CHECKPOINTS = 1000;

  private static final Duration FOLLOW_POLL = Duration.ofMillis(50);

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

  private final Plan plan;
  private final SinkClients clients;
  private final ThreadFactory threadFactory;
  private final VmFilter filter;
  private final CheckpointFollower follower;
  private final DeviceStateReader deviceStates;
  private final LogEnds logEnds;
  private final List<Thread> threads = new ArrayList<>();
  private final List<PartitionLoop> loops = new ArrayList<>();
  private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
  private volatile boolean stopping;

  /**
   * What a sink is to do.
   *
   * @param vms which to follow
   * @param group the consumer group of the site
   * @param members consumers, each with a thread
   * @param kept copies of sealed images
   * @param watcher is told of what is done
   */
  public record Plan(
      Site site,
      VmFilter vms,
      String group,
      int members,
      ImageListener listener,
      KeptCopies kept,
      SinkListener watcher) {
    /** Of a sink that nobody watches. */
    public Plan(
        Site site,
        String topicPrefix,
        List<VmId> vms,
        String group,
        int members,
        ImageListener listener,
        KeptCopies kept) {
      this(site, new VmFilter(topicPrefix, vms), group, members, listener, kept, SinkListener.NONE);
    }
  }

  public SinkProcess(Plan plan, SinkClients clients) {
    this(plan, clients, Thread::new);
  }

  /**
   * @param threadFactory makes the threads of follower and members
   */
  public SinkProcess(Plan plan, SinkClients clients, ThreadFactory threadFactory) {
    this.plan = plan;
    this.clients = clients;
    this.threadFactory = threadFactory;
    this.filter = plan.vms();
    MonotonicClock clock = plan.site().clock();
    this.follower = new CheckpointFollower(clients, filter, MOST_CHECKPOINTS, clock);
    follower.tell(plan.watcher());
    // Made ahead: a client takes as long to make as a small checkpoint to seal.
    this.deviceStates = new DeviceStateReader(clients.seekingReader("sink-device-states"), clock);
    this.logEnds = new LogEnds(clients.reader("sink-log-ends"));
  }

  /** Starts all threads and returns. */
  public void start() {
    addThread("checkpoint-follower", this::follow);
    for (int member = 0; member < plan.members(); member++) {
      Consumer<byte[], ByteBuffer> consumer = clients.member(plan.group(), "sink-member-" + member);
      PartitionLoop loop = new PartitionLoop(consumer, this);
      loops.add(loop);
      addThread("partition-loop-" + member, loop);
    }
    threads.forEach(Thread::start);
  }

  private void addThread(String name, Runnable work) {
    Thread thread = threadFactory.newThread(work);
    thread.setName(name);
    threads.add(thread);
  }

  private void follow() {
    try (follower) {
      while (!stopping) {
        if (follower.step(FOLLOW_POLL) > 0) {
          wake();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      failProcess(e);
    } catch (RuntimeException e) {
      String failed = "reading the checkpoints topics failed";
      failProcess(
          Refusal.of(failed, e)
              .orElseGet(() -> new IOException(failed + ": " + e.getMessage(), e)));
    } catch (Error e) {
      failProcess(new IOException("reading the checkpoints topics failed: " + e, e));
      throw e;
    }
  }

  /**
   * What ended the process; also when every VM had to be given up for good and there is nothing
   * left to do: whoever started it then learns of it. What was given up for a while is tried again.
   */
  public Optional<IOException> failure() {
    Optional<IOException> whole = Optional.ofNullable(failure.get());
    List<VmFollow> known = follower.all();
    List<VmFollow> lost = known.stream().filter(VmFollow::isLost).toList();
    int expected = filter.vms().isEmpty() ? known.size() : filter.vms().size();
    boolean nothingLeft = !lost.isEmpty() && lost.size() == expected;
    return whole.isPresent() || !nothingLeft ? whole : lost.get(0).failure();
  }

  /**
   * Why a VM was given up by this process, or left, if it was. Not of one that waits for a schema
   * registry that is away: nobody has to change anything of the VM, and it goes on by itself.
   */
  public Optional<IOException> failure(VmId vm) {
    return follower.failure(vm).or(() -> follower.refusal(vm)).filter(why -> !waits(why));
  }

  private static boolean waits(IOException why) {
    return why instanceof RegistryException registry && registry.isAway()
        || why.getCause() instanceof RegistryException cause && cause.isAway();
  }

  /** The checkpoint that the image of a VM is sealed at now. */
  public Optional<Long> sealedCheckpoint(VmId vm) throws IOException {
    return ControlFile.sealedCheckpoint(plan.site().imageOf(vm));
  }

  /** Asks all threads to stop without losing anything, and returns at once. */
  public void stop() {
    stopping = true;
  }

  /** Stops without losing anything: what was applied is forced, partitions are handed over. */
  @Override
  public void close() throws IOException {
    stop();
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        thread.join(STOP_PATIENCE.toMillis());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    deviceStates.close();
    logEnds.close();
    if (threads.stream().noneMatch(Thread::isAlive)) { // Else one of them may be decoding.
      follower.all().forEach(VmFollow::close);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public VmFilter filter() {
    return filter;
  }

  @Override
  public Site site() {
    return plan.site();
  }

  @Override
  public Optional<VmFollow> vm(VmId vm) {
    return follower.vm(vm);
  }

  @Override
  public SealDuty.DeviceStates deviceStates() {
    return (vm, checkpoint) -> {
      VmTopics topics = new VmTopics(filter.topicPrefix(), vm.vm());
      logEnds.requireReached(topics, checkpoint);
      return deviceStates.read(vm, topics.checkpoints(), checkpoint);
    };
  }

  @Override
  public ImageListener listener() {
    return plan.listener();
  }

  @Override
  public KeptCopies kept() {
    return plan.kept();
  }

  @Override
  public boolean isStopping() {
    return stopping;
  }

  @Override
  public void wake() {
    loops.forEach(PartitionLoop::wake);
  }

  /** The VMs that are followed now. */
  public List<VmId> followed() {
    return follower.all().stream().map(VmFollow::vm).toList();
  }

  /** How each VM stands that was found so far. */
  public List<VmStatus> statuses() {
    return follower.all().stream().map(vm -> VmStatus.of(vm, plan.site())).toList();
  }

  /**
   * VMs that were named and that are not followed yet: their topics, or their history, are missing.
   */
  public List<VmId> waitingFor() {
    return filter.vms().stream()
        .filter(vm -> !follower.vm(vm).map(VmFollow::isCaughtUp).orElse(false))
        .toList();
  }

  @Override
  public void failVm(VmFollow vm, IOException reason) {
    vm.giveUpForAWhile(reason, site().clock().nanoTime());
  }

  @Override
  public void failProcess(IOException reason) {
    failure.compareAndSet(null, reason);
    stopping = true;
  }
}
