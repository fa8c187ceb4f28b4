package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.capture.AgentSide;
import dev.ramtide.producer.capture.CaptureFacts;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.capture.DriveMode;
import dev.ramtide.producer.capture.DriveOptions;
import dev.ramtide.producer.capture.GuestLoan;
import dev.ramtide.producer.capture.HostMemorySource;
import dev.ramtide.producer.capture.HostOptions;
import dev.ramtide.producer.capture.HostTrust;
import dev.ramtide.producer.capture.QemuHost;
import dev.ramtide.producer.procfs.ProcFs;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;

/**
 * Reads the guest's memory through a simulated kernel: the agent's own source, and below it nothing
 * but the kernel's files, the monitor's answers, and what a stream's head would tell.
 */
final class SimHostSource implements CaptureSource {
  private static final Duration WAIT = Duration.ofMillis(4);

  /** What fits one piece, which is more than the guest has. */
  private static final long ROOM_FOR_ALL = 1 << 20;

  /** One of so many captures. */
  private static final int MEDDLING = 20;

  private final SimHost host;
  private final Random random;
  private final SimProcess process;
  private final SimSource stream;
  private final HostMemorySource memory;
  private int deviceFiles;
  private boolean meddling;

  private SimHostSource(
      SimHost host, SimProcess process, Random random, SimSource stream, HostOptions options) {
    this.host = host;
    this.random = random;
    this.process = process;
    this.stream = stream;
    ProcFs procFs = host.kernel().procFs(process);
    QemuHost qemu =
        new QemuHost(
            stream.qmp(),
            procFs,
            () -> procFs.open(host.qemuPid()),
            this::probe,
            this::saveDevices);
    AgentSide agent =
        new AgentSide(
            new SimOwnProcess(process), stream::ledger, new SimClock(process), new HostTrust());
    this.memory = new HostMemorySource(qemu, options, agent, stream);
  }

  static SimHostSource open(SimHost host, SimProcess process, Random random, HostOptions options)
      throws IOException, InterruptedException {
    return new SimHostSource(host, process, random, SimSource.open(host, process, random), options);
  }

  /** Of a guest whose owner does not know that it stands for us. */
  SimHostSource withMeddlingOwner() {
    meddling = true;
    return this;
  }

  /** Options as somebody may choose them; whether any copies find room is one of them. */
  static HostOptions anyOptions(Random random) {
    return new HostOptions(
        random.nextInt(5) != 0,
        random.nextInt(4) == 0,
        random.nextInt(4),
        1,
        random.nextBoolean() ? 0 : ROOM_FOR_ALL);
  }

  @Override
  public SourceKind kind() {
    return memory.kind();
  }

  @Override
  public String qemuVersion() {
    return memory.qemuVersion();
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException, InterruptedException {
    host.captureBegins(process);
    try {
      return memory.capture(handler);
    } finally {
      host.captureEnds(process);
    }
  }

  /** A live migration, broken off when something of it has come. */
  private MachineDescription probe() throws IOException, InterruptedException {
    DriveOptions options = DriveOptions.DEFAULTS.withMode(DriveMode.LIVE).holdingGuest();
    GuestLoan loan =
        new GuestLoan(stream.qmp(), options, stream.ledger(), new SimOwnProcess(process));
    try (SimStream head = host.listen(process);
        loan) {
      loan.take(head);
      loan.migrate(head.uri(), () -> false, () -> false);
      while (head.read().isEmpty()) {
        process.sleep(WAIT);
        requireMigration();
      }
    }
    SimGuest guest = host.guest();
    return new MachineDescription(
        guest.preamble(), SimGuest.MACHINE, guest.memory(), Coverage.WHOLE);
  }

  /** One that cannot begin is not waited for. */
  private void requireMigration() throws IOException, InterruptedException {
    if (new Qemu(stream.qmp()).migration().isOver()) {
      throw new IOException("QEMU's migration is over");
    }
  }

  /** Now and then its owner lets the guest run that stands for us: the worst moment for it. */
  private ByteBuffer saveDevices(Qemu qemu) throws IOException, InterruptedException {
    if (meddling && random.nextInt(MEDDLING) == 0) {
      host.owner().meddle();
    }
    String file = "/tmp/" + process + "/devices-" + ++deviceFiles;
    qemu.saveDeviceState(file);
    process.act();
    return ByteBuffer.wrap(host.takeFile(file));
  }

  @Override
  public void close() throws IOException {
    memory.close();
  }
}
