package dev.ramtide.producer.stream;

import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.producer.stream.RamReader.RoundEnd;
import dev.ramtide.qemustream.DeviceStateEnding;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamCommand;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;

/**
 * Reads a migration stream, precopy or background snapshot, once and in bounded memory.
 *
 * <pre>
 *   preamble
 *   RAM START       list of blocks
 *   { RAM PART      page records }*
 *   SWITCHOVER_START, since QEMU 10.0
 *   RAM END         page records; a background snapshot has none
 *   device state    from the first FULL section to the end, passed on as it is
 * </pre>
 *
 * With multifd most pages come through channels beside it; the ends of rounds keep the two in
 * order, see {@link MultifdRounds}.
 *
 * <p>What else a stream could carry is refused, see {@link Refusal}. One owner thread; one reader
 * reads one stream.
 *
 * @see <a href="https://www.qemu.org/docs/master/devel/migration/main.html">QEMU: migration
 *     framework</a>
 */
public final class MigrationStreamReader {
  private enum Phase {
    BEFORE_RAM,
    BEFORE_PAGES,
    PAGES,
    RAM_ENDED;

    boolean deviceStateMayStart() {
      return this == PAGES || this == RAM_ENDED;
    }
  }

  private final ReadableByteChannel connection;
  private final StreamBuffer in;
  private final int maxDeviceStateBytes;
  private final StreamEnd end;
  private final PageChannels channels;
  private Phase phase = Phase.BEFORE_RAM;

  /**
   * @param connection a blocking channel at the start of the stream; stays the caller's to close,
   *     and is closed if one of the others fails
   * @param maxDeviceStateBytes what a device state may be at most; as much memory is taken for it
   * @param end {@link StreamEnd#DESCRIPTION} if QEMU was told to use a return path
   */
  public MigrationStreamReader(
      ReadableByteChannel connection,
      int maxDeviceStateBytes,
      StreamEnd end,
      PageChannels channels) {
    this.connection = connection;
    this.end = end;
    this.in = new StreamBuffer(connection);
    this.maxDeviceStateBytes = maxDeviceStateBytes;
    this.channels = channels;
  }

  /**
   * Reads to the end of the stream. Only when this returns is what the handler took a whole guest.
   *
   * @throws MalformedStreamException cut off, damaged, or with something in it that we do not
   *     carry; the capture is lost
   * @throws IOException the connection or the handler failed; the capture is lost
   */
  public void readInto(GuestStateHandler handler) throws IOException {
    StreamPreamble preamble = StreamPreamble.read(in);
    if (!preamble.capabilities().isEmpty()) {
      throw Refusal.capability(preamble.capabilities().get(0));
    }
    RamStart start = readRamStart(preamble.pageBytes());
    List<? extends ReadableByteChannel> others = channels.await();
    RoundEnd roundEnd = roundEnd(start, !others.isEmpty());
    handler.machine(
        new MachineDescription(
            preamble.bytes(), preamble.machineType(), start.memory(), Coverage.WHOLE));
    phase = Phase.BEFORE_PAGES;
    try (MultifdReceiver multifd =
        MultifdReceiver.start(others, start.memory(), handler, connection)) {
      try {
        readGuest(start, multifd, roundEnd);
      } catch (IOException e) {
        throw multifd.reasonFor(e);
      }
    }
  }

  private RamStart readRamStart(int pageBytes) throws IOException {
    long at = in.streamOffset();
    int type = in.u8();
    while (type == SectionType.COMMAND) {
      readCommand(at);
      at = in.streamOffset();
      type = in.u8();
    }
    if (type == SectionType.FULL) {
      throw Refusal.earlySection(at, SectionHeader.read(in));
    }
    if (type != SectionType.START) {
      throw Refusal.element(at, type);
    }
    SectionHeader header = SectionHeader.read(in);
    if (!RamSection.isRam(header, at)) {
      throw Refusal.iterativeSection(at, header);
    }
    return RamStart.read(in, header, pageBytes);
  }

  /** Reads all that follows the list of blocks. */
  private void readGuest(RamStart start, MultifdReceiver multifd, RoundEnd roundEnd)
      throws IOException {
    GuestStateHandler handler = multifd.handler();
    if (roundEnd != RoundEnd.NOWHERE) {
      multifd.endOfRound(in.streamOffset());
    }
    SectionHeader.readFooter(in, start.sectionId());
    RamReader ram = new RamReader(in, start, handler, multifd, roundEnd);
    while (!atDeviceState()) {
      readRamElement(ram);
    }
    if (ram.dataPages() == 0 && roundEnd == RoundEnd.NOWHERE) {
      throw new MalformedStreamException(
          in.streamOffset(),
          "not one page with bytes came, they go through channels of their own: "
              + PageChannels.REMEDY);
    }
    new DeviceStateReader(in, maxDeviceStateBytes, end)
        .readInto(handler, start.memory().pageBytes(), DeviceStateEnding.DESCRIBED);
    multifd.end(in.streamOffset(), end == StreamEnd.CLOSE);
  }

  private static RoundEnd roundEnd(RamStart start, boolean multifd)
      throws MalformedStreamException {
    if (multifd) {
      return start.flush().isPresent() ? RoundEnd.FLUSH : RoundEnd.SECTION;
    }
    if (start.flush().isPresent()) {
      throw Refusal.ramRecord(start.flush().getAsLong(), RamFlags.MULTIFD_FLUSH);
    }
    return RoundEnd.NOWHERE;
  }

  private boolean atDeviceState() throws IOException {
    int type = in.peek();
    return phase.deviceStateMayStart() && (type == SectionType.FULL || type == SectionType.EOF);
  }

  private void readRamElement(RamReader ram) throws IOException {
    long at = in.streamOffset();
    int type = in.u8();
    switch (type) {
      case SectionType.PART, SectionType.END -> readRamSection(ram, type, at);
      case SectionType.COMMAND -> readCommand(at);
      case SectionType.START -> throw Refusal.iterativeSection(at, SectionHeader.read(in));
      case SectionType.FULL -> throw Refusal.earlySection(at, SectionHeader.read(in));
      default -> throw Refusal.element(at, type);
    }
  }

  private void readRamSection(RamReader ram, int type, long at) throws IOException {
    if (phase == Phase.RAM_ENDED) {
      throw new MalformedStreamException(at, "the RAM section goes on after its end");
    }
    ram.readSection();
    phase = type == SectionType.END ? Phase.RAM_ENDED : Phase.PAGES;
  }

  private void readCommand(long at) throws IOException {
    int command = in.be16();
    int payloadBytes = in.be16();
    if (end == StreamEnd.DESCRIPTION && isOfReturnPath(command, payloadBytes)) {
      in.require(payloadBytes);
      in.skip(payloadBytes); // A ping need not be answered.
      return;
    }
    if (command != StreamCommand.SWITCHOVER_START || payloadBytes != 0) {
      throw Refusal.command(at, command, payloadBytes);
    }
  }

  private static boolean isOfReturnPath(int command, int payloadBytes) {
    return command == StreamCommand.OPEN_RETURN_PATH && payloadBytes == 0
        || command == StreamCommand.PING && payloadBytes == Integer.BYTES;
  }
}
