package dev.ramtide.deploy.demo;

import java.io.IOException;
import java.io.InputStream;

/** A guest's RAM at its physical addresses: of a guest that stands, or a copy of one. */
public interface PhysicalMemory {
  GuestSpec spec();

  /**
   * Reads a piece that lies on one side of the hole below 4 GiB.
   *
   * @return {@code sizeBytes} bytes; the caller closes it before it asks for the next piece
   */
  InputStream read(long address, long sizeBytes) throws IOException, InterruptedException;
}
