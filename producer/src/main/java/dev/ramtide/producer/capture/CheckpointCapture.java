package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One capture on its way from the source into the log. */
final class CheckpointCapture implements GuestStateHandler {
  private final CaptureSession session;
  private final CaptureSource source;
  private @Nullable GuestEpoch guest;

  CheckpointCapture(CaptureSession session, CaptureSource source) {
    this.session = session;
    this.source = source;
  }

  /** Whether anything of the capture may be in the log. */
  boolean begun() {
    return guest != null;
  }

  @Override
  public void machine(MachineDescription machine) throws IOException {
    if (guest != null) {
      throw new IllegalStateException("one capture, one machine");
    }
    GuestEpoch epoch = session.epochOf(machine);
    guest = epoch;
    epoch.begin(session.checkpoint(), source, machine.coverage());
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    guest().filter().page(block, pageIndex, buffer, at);
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) throws IOException {
    guest().filter().zeroPages(block, firstPage, pageCount);
  }

  @Override
  public void deviceState(ByteBuffer bytes) throws IOException {
    guest();
    session.log().deviceState(bytes);
  }

  CheckpointManifest complete(CaptureFacts facts) throws IOException {
    return guest().complete(session.checkpoint(), facts);
  }

  private GuestEpoch guest() {
    GuestEpoch known = guest;
    if (known == null) {
      throw new IllegalStateException(
          "the source must say what machine it is before anything else");
    }
    return known;
  }
}
