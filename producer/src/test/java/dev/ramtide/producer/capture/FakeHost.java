package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.memory.ScriptedMemory;
import dev.ramtide.producer.procfs.ProcFs;
import dev.ramtide.producer.procfs.ProcessFiles;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A host with a {@link FakeQemu} on it, whose memory is a {@link ScriptedMemory}, and all that is
 * asked of them, in order.
 */
final class FakeHost implements ProcFs, AutoCloseable {
  private static final long OWN = 42;
  private static final long QEMU = 4711;
  static final byte[] DEVICES = {4, 1, 2, 3};

  final FakeQemu qemu;
  final ScriptedMemory memory;
  final QmpClient client;

  /** What happened: commands, and what was done to memory. */
  final List<String> story = new ArrayList<>();

  /** What QEMU has open. */
  final List<String> openFiles = new ArrayList<>();

  /** Runs when the device state is taken, so while the guest stands. */
  Runnable whileItStands = () -> {};

  /** What is written down now, and all that ever was owed. */
  final List<GuestHold> holds = new ArrayList<>();

  final List<GuestHold> held = new ArrayList<>();

  /** Runs when a hold was written. */
  Runnable afterHold = () -> {};

  /** Runs before the mappings of QEMU are told. */
  Runnable beforeMappings = () -> {};

  /** Runs after the marks were cleared. */
  Runnable afterClear = () -> {};

  private final Map<String, String> texts = new HashMap<>();
  private String startTime = "1000";
  private String flags = "rd wr mr mw me ac sd";
  private int standingCaptures;

  final HostTrust trust = new HostTrust();

  /** How it is captured by its stream. */
  final CaptureSource standing = new Standing();

  FakeHost(Path directory, ScriptedMemory memory) throws IOException, InterruptedException {
    this.memory = memory;
    this.qemu = new FakeQemu(directory.resolve("qmp.sock"));
    qemu.qmp.on("human-monitor-command", arguments -> table());
    qemu.qmp.on("query-memory-devices", arguments -> List.of());
    this.client = QmpClient.connect(qemu.qmp.socket());
  }

  HostMemorySource source(HostOptions options) {
    QemuHost host =
        new QemuHost(client, this, () -> new Process(QEMU), this::probe, this::deviceState);
    AgentSide agent =
        new AgentSide(
            OwnProcess.JVM,
            () -> new HoldLedger(GuestHold.of("one", client.socket()), new Holds()),
            Clock.systemUTC(),
            trust);
    return new HostMemorySource(host, options, agent, standing);
  }

  void text(String path, String text) {
    texts.put(path, text);
  }

  void flags(String newFlags) {
    flags = newFlags;
  }

  /** QEMU is started anew, under the same number. */
  void restart() {
    startTime += "1";
  }

  int standingCaptures() {
    return standingCaptures;
  }

  private String table() {
    StringBuilder table = new StringBuilder("Block Name PSize Offset Used Total HVA RO\n");
    for (int block = 0; block < memory.map().blockCount(); block++) {
      RamBlock one = memory.map().block(block);
      table.append(
          "%s    4 KiB  0x%016x 0x%016x 0x%016x 0x%016x  rw%n"
              .formatted(
                  one.name(),
                  0,
                  one.usedLength(),
                  one.usedLength(),
                  memory.ram().hostAddresses().get(block)));
    }
    return table.toString();
  }

  private MachineDescription probe() {
    story.add("probe");
    return new MachineDescription(
        ByteBuffer.wrap(new byte[] {7}), "pc-q35-10.0", memory.map(), Coverage.WHOLE);
  }

  private ByteBuffer deviceState(Qemu asked) {
    story.add("devices " + qemu.runState());
    whileItStands.run();
    return ByteBuffer.wrap(DEVICES);
  }

  @Override
  public List<Long> processes() {
    return List.of(OWN, QEMU);
  }

  @Override
  public Optional<String> text(String path) {
    return Optional.ofNullable(texts.get(path));
  }

  @Override
  public ProcessFiles open(long pid) {
    return new Process(pid);
  }

  @Override
  public long ownPid() {
    return OWN;
  }

  @Override
  public void close() throws IOException {
    client.close();
    qemu.close();
  }

  /** What is written down of the guest. */
  private final class Holds implements HoldStore {
    @Override
    public void write(GuestHold hold) {
      holds.clear();
      holds.add(hold);
      if (!hold.isEmpty()) {
        held.add(hold);
      }
      afterHold.run();
    }

    @Override
    public void clear() {
      holds.clear();
    }

    @Override
    public void close() {}
  }

  /** The source of a guest that stands. */
  private final class Standing implements CaptureSource {
    @Override
    public SourceKind kind() {
      return SourceKind.DRIVEN;
    }

    @Override
    public String qemuVersion() {
      return "10.0.2";
    }

    @Override
    public CaptureFacts capture(GuestStateHandler handler) {
      standingCaptures++;
      Instant now = Instant.now();
      return new CaptureFacts(CaptureMode.STOP, now, now, now, Duration.ZERO);
    }

    @Override
    public void close() {}
  }

  private final class Process implements ProcessFiles {
    private final long pid;

    Process(long pid) {
      this.pid = pid;
    }

    @Override
    public long pid() {
      return pid;
    }

    @Override
    public String text(String name) throws IOException {
      return switch (name) {
        case "stat" ->
            pid + " (qemu) S 1 2 3 0 -1 4194560 100 0 0 0 0 0 0 0 20 0 1 0 " + startTime + " 3";
        case "smaps" -> smaps();
        default -> throw new IOException("no " + name);
      };
    }

    private String smaps() {
      beforeMappings.run();
      StringBuilder text = new StringBuilder();
      for (int block = 0; block < memory.map().blockCount(); block++) {
        long start = memory.ram().hostAddresses().get(block);
        text.append(
            "%x-%x rw-p 00000000 00:00 0 %nSize: 4 kB%nKernelPageSize: 4 kB%nSwap: 0 kB%nVmFlags: %s%n"
                .formatted(start, start + memory.map().block(block).usedLength(), flags));
      }
      return text.toString();
    }

    @Override
    public String link(String name) {
      return name + ":[1]";
    }

    @Override
    public List<String> openFiles() {
      return openFiles;
    }

    @Override
    public void readMemory(long address, ByteBuffer into) throws IOException {
      story.add("read " + qemu.runState());
      memory.readMemory(address, into);
    }

    @Override
    public void readPagemap(long firstPage, ByteBuffer into) throws IOException {
      story.add("marks " + qemu.runState());
      memory.readPagemap(firstPage, into);
    }

    @Override
    public void claimSoftDirty() {
      memory.claimSoftDirty();
    }

    @Override
    public void clearSoftDirty() {
      story.add("clear " + qemu.runState());
      memory.clearSoftDirty();
      afterClear.run();
    }

    @Override
    public void close() {}
  }
}
