package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.producer.stream.MigrationStreamReader;
import dev.ramtide.producer.stream.StreamEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The head of a live migration, which is broken off as soon as it is read: QEMU sends it before the
 * first page.
 *
 * <p>QEMU is told to wait before the switchover, so that a small guest is not through, and stopped,
 * before we hang up. It says on its own stderr that the save failed: that is this.
 */
final class StreamHead implements MachineProbe {
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  private final QmpClient client;
  private final DriveOptions options;
  private final AgentSide.Ledgers ledgers;

  StreamHead(QmpClient client, DriveOptions options, AgentSide.Ledgers ledgers) {
    this.client = client;
    this.options =
        DriveOptions.DEFAULTS
            .withMode(DriveMode.LIVE)
            .withSocketParent(options.socketParent())
            .holdingGuest();
    this.ledgers = ledgers;
  }

  /** Takes the description and nothing else. */
  private static final class Head implements GuestStateHandler {
    private static final class Taken extends IOException {
      private static final long serialVersionUID = 1L;
    }

    private @Nullable MachineDescription machine;

    @Override
    public Coverage machine(MachineDescription description) throws IOException {
      machine = description;
      throw new Taken();
    }

    @Override
    public void page(int block, long pageIndex, byte[] buffer, int at) {
      throw new IllegalStateException("a page after the end of the head");
    }

    @Override
    public void zeroPages(int block, long firstPage, long pageCount) {
      throw new IllegalStateException("pages after the end of the head");
    }

    @Override
    public void deviceState(ByteBuffer bytes) {
      throw new IllegalStateException("device state after the end of the head");
    }

    MachineDescription read(ByteChannel stream, CaptureSocket socket) throws IOException {
      try {
        new MigrationStreamReader(
                stream, DeviceStateSummary.MAX_BYTES, StreamEnd.CLOSE, socket.connections())
            .readInto(this);
      } catch (Taken e) {
        return Optional.ofNullable(machine).orElseThrow();
      }
      throw new IllegalStateException("a stream without a head");
    }
  }

  @Override
  public MachineDescription probe() throws IOException, InterruptedException {
    GuestLoan guest = new GuestLoan(client, options, ledgers.open(), OwnProcess.JVM);
    try (CaptureSocket socket = CaptureSocket.open(options.socketParent(), client.peer(), 0);
        guest) {
      guest.take(socket::close);
      guest.migrate(socket.uri(), () -> false, () -> false);
      return new Head().read(connected(socket.connections()), socket);
    } catch (ClosedByInterruptException e) {
      throw DrivenCapture.interrupted(e);
    }
  }

  /** QEMU may never come: it answers to 'migrate' before it connects, or is killed. */
  private GreetedConnection connected(MigrationConnections connections)
      throws IOException, InterruptedException {
    Optional<GreetedConnection> main = connections.awaitMain(LOOK_EVERY);
    while (main.isEmpty()) {
      MigrationState state = new Qemu(client).migration();
      if (state.isOver()) {
        throw new IOException(
            "QEMU's migration "
                + state.status()
                + ": "
                + state.error().orElse("it gives no reason"));
      }
      main = connections.awaitMain(LOOK_EVERY);
    }
    return main.get();
  }
}
