package dev.ramtide.deploy.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.deploy.simulate.disk.Odometer;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.DurableName;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.sink.state.PageEntry;
import dev.ramtide.sink.state.PartitionState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Control and state alone: after any loss of power they are what they were last said to be, or what
 * they were about to become, and can be written again.
 */
final class CrashedRecordsTest {
  private static final String NAME = "/record";
  private static final int SECTOR_BYTES = 512;
  private static final ImageIdentity IDENTITY = new ImageIdentity("ab".repeat(32));
  private static final TopicIds TOPICS = new TopicIds(new UUID(1, 1), new UUID(2, 2));
  private static final PartitionState.Owner OWNER =
      new PartitionState.Owner(IDENTITY, TOPICS.pages(), 0, 4);

  private final SimDisk disk = new SimDisk();
  private int states;

  private static Path path(SimDisk of) {
    return of.mount(new Scheduler(new Random(0)).process("test")).getPath(NAME);
  }

  private static Control control(long checkpoint) {
    return new Control(IDENTITY, TOPICS, new ControlState.Sealed(checkpoint));
  }

  private interface Check {
    void of(SimDisk left, long last) throws IOException;
  }

  /** Before each change of the disk while numbers from 1 on are written. */
  private void write(Check check) throws IOException {
    Files.createFile(path(disk));
    DurableName.forceDirectory(path(disk).getParent());
    long[] last = {0};
    disk.beforeChange(() -> lookAt(check, last[0]));
    try (ControlFile file = new ControlFile(ChannelFile.open(path(disk)))) {
      for (long number = 1; number <= 4; number++) {
        file.write(control(number));
        last[0] = number;
      }
    }
    lookAt(check, last[0]);
  }

  private void lookAt(Check check, long last) {
    try {
      Odometer choice = new Odometer();
      do {
        SimDisk left = disk.copy();
        left.crash(choice);
        check.of(left, last);
        states++;
      } while (choice.next());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void controlIsWhatItWasOrWhatItWasAboutToBecome() throws IOException {
    write(this::requireControl);
    assertThat(states).isGreaterThanOrEqualTo(16);
  }

  private void requireControl(SimDisk left, long last) throws IOException {
    try (ControlFile file = new ControlFile(ChannelFile.open(path(left)))) {
      Optional<Control> found = file.read();
      boolean before = found.equals(last == 0 ? Optional.empty() : Optional.of(control(last)));
      assertThat(before || found.equals(Optional.of(control(last + 1)))).as("%s", found).isTrue();
      file.write(control(9));
      assertThat(file.read()).contains(control(9));
    }
  }

  /** Beyond what the simulated disk does: of the sector that is written only a part arrives. */
  @Test
  void aTornSectorTakesNothingButWhatWasAboutToBecome() throws IOException {
    write(
        (left, last) -> {
          for (int torn = 0; torn < SECTOR_BYTES; torn += 7) {
            tear(left, torn, last);
          }
        });
    assertThat(states).isGreaterThanOrEqualTo(16);
  }

  private void tear(SimDisk left, int bytes, long last) throws IOException {
    SimDisk torn = disk.copy();
    torn.crash(count -> 0);
    ByteBuffer arrived = ByteBuffer.allocate(2 * SECTOR_BYTES);
    left.read(NAME, 0, arrived);
    try (ChannelFile file = ChannelFile.open(path(torn))) {
      for (int sector = 0; sector < 2 && left.sizeOf(NAME) > 0; sector++) {
        file.writeFully((long) sector * SECTOR_BYTES, arrived.slice(sector * SECTOR_BYTES, bytes));
      }
    }
    requireControl(torn, last);
  }

  @Test
  void aStateVouchesForNothingThatItsTableHasNot() throws IOException {
    Files.createFile(path(disk));
    DurableName.forceDirectory(path(disk).getParent());
    long[] last = {0};
    disk.beforeChange(() -> lookAt(this::requireState, last[0]));
    try (PartitionState state = PartitionState.open(ChannelFile.open(path(disk)), OWNER)) {
      for (long next = 1; next <= 3; next++) {
        ByteBuffer entry = ByteBuffer.allocate(PageEntry.BYTES).putLong(0, next);
        state.writeEntries(next % 2, entry);
        state.advanceTo(next);
        last[0] = next;
      }
    }
    lookAt(this::requireState, last[0]);
    assertThat(states).isGreaterThanOrEqualTo(20);
  }

  private void requireState(SimDisk left, long last) throws IOException {
    try (PartitionState state = PartitionState.open(ChannelFile.open(path(left)), OWNER)) {
      OptionalLong next = state.nextRecordOffset();
      assertThat(next.orElse(0)).isBetween(last, last + 1);
      if (next.isPresent()) {
        ByteBuffer entry = ByteBuffer.allocate(PageEntry.BYTES);
        state.readEntries(next.getAsLong() % 2, entry);
        assertThat(entry.getLong(0)).isGreaterThanOrEqualTo(next.getAsLong());
      }
      state.advanceTo(9);
      assertThat(state.nextRecordOffset()).hasValue(9);
    }
  }
}
