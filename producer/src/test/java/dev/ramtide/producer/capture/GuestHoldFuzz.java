package dev.ramtide.producer.capture;

import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.producer.qmp.QmpProtocolException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The line that says what is held of a QEMU. What is taken can be written again. */
public final class GuestHoldFuzz implements FuzzTarget {
  @Override
  public List<byte[]> seeds() throws IOException {
    GuestHold empty =
        new GuestHold("one", Path.of("/q.sock"), "4711 2026", false, Map.of(), Map.of());
    GuestHold full =
        empty
            .withMayStand(true)
            .plusCapabilities(Map.of("events", false))
            .plusParameter("max-bandwidth", new GuestHold.Change(134217728, 0))
            .plusParameter("tls-creds", new GuestHold.Change("x", ""));
    return List.of(empty.toLine(), full.toLine());
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(QmpProtocolException.class, IOException.class);
  }

  @Override
  public long mostHeapBytes(int inputBytes) {
    return 256 * 1024 + 256L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    GuestHold.parse(input).toLine();
  }
}
