package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.state.ControlState;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** What QEMU would load of a disk, held against what the guest was. */
record LoadableCheckpoint(ScriptedVm vm, SimDisk disk, String ramName) {
  /**
   * The checkpoint that the file is, whole, or nothing when QEMU refuses it.
   *
   * @throws InvariantViolation QEMU would load something else
   */
  Optional<Long> find(Optional<ControlState> control) throws IOException {
    PositionalBytes file = file();
    if (file.size() < Integer.BYTES || read(file, 0, 4).getInt() != StreamPreamble.MAGIC) {
      return Optional.empty();
    }
    MappedRamIndex index;
    try {
      index = MappedRamIndex.read(file);
    } catch (MalformedStreamException | EOFException e) {
      throw Promise.SEALED_IS_NEVER_TORN.broken("it has its magic, but " + e.getMessage());
    }
    Map.Entry<Long, Moment> found = byDeviceState(index, file);
    requirePages(index, file, found.getValue());
    long number = found.getKey();
    Promise.SEALED_IS_NEVER_TORN.require(
        control.equals(Optional.of(new ControlState.Sealed(number)))
            || control.equals(Optional.of(new ControlState.Applying(number))),
        "QEMU would load checkpoint " + number + ", control says " + control);
    return Optional.of(number);
  }

  private Map.Entry<Long, Moment> byDeviceState(MappedRamIndex index, PositionalBytes file)
      throws IOException {
    byte[] found =
        read(file, index.deviceStateFileOffset(), (int) index.deviceStateBytes()).array();
    return vm.moments().entrySet().stream()
        .filter(moment -> Arrays.equals(moment.getValue().deviceState(), found))
        .findFirst()
        .orElseThrow(
            () -> Promise.SEALED_IS_NEVER_TORN.broken("a device state that the guest never had"));
  }

  private static void requirePages(MappedRamIndex index, PositionalBytes file, Moment moment)
      throws IOException {
    byte[][] wanted = moment.pages()[0];
    Promise.SEALED_IS_NEVER_TORN.require(
        index.memory().pageCount(0) == wanted.length, "it is of another layout");
    for (int page = 0; page < wanted.length; page++) {
      boolean there = index.bitmap(file, 0).get(page);
      byte[] bytes =
          there
              ? read(file, index.fileOffsetOfPage(0, page), ScriptedVm.PAGE_BYTES).array()
              : new byte[ScriptedVm.PAGE_BYTES];
      Promise.SEALED_IS_NEVER_TORN.require(
          Arrays.equals(bytes, wanted[page]), "page " + page + " is not what the guest had");
    }
  }

  private static ByteBuffer read(PositionalBytes file, long fileOffset, int bytes)
      throws IOException {
    ByteBuffer into = ByteBuffer.allocate(bytes);
    file.readFully(fileOffset, into);
    return into.flip();
  }

  private PositionalBytes file() {
    return new PositionalBytes() {
      @Override
      public void readFully(long fileOffset, ByteBuffer into) throws IOException {
        if (fileOffset + into.remaining() > size()) {
          throw new EOFException("the file ends at " + size());
        }
        disk.read(ramName, fileOffset, into);
      }

      @Override
      public long size() {
        return disk.sizeOf(ramName);
      }
    };
  }
}
