package dev.ramtide.producer.capture;

import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Appends to the file that it is read from, as a QEMU that still saves would. */
record WritingGuest(GuestStateHandler next, Path file) implements GuestStateHandler {
  @Override
  public Coverage machine(MachineDescription machine) throws IOException {
    return next.machine(machine);
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    Files.write(file, new byte[1], StandardOpenOption.APPEND);
    next.page(block, pageIndex, buffer, at);
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) throws IOException {
    next.zeroPages(block, firstPage, pageCount);
  }

  @Override
  public void deviceState(ByteBuffer bytes) throws IOException {
    next.deviceState(bytes);
  }
}
