package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.Qemu;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The way by which QEMU hands over the device state of a guest that stands. */
@FunctionalInterface
public interface DeviceStates {
  /**
   * Takes it now.
   *
   * @return from the type byte of its first section to its end mark; whole
   * @throws IOException QEMU could not save it, or what it left is no device state
   */
  ByteBuffer save(Qemu qemu) throws IOException, InterruptedException;
}
