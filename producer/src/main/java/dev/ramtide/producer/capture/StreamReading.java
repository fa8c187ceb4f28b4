package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MigrationStreamReader;
import dev.ramtide.producer.stream.StreamEnd;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;

/** Reads one whole migration stream; the seam at which tests put shorter ones. */
@FunctionalInterface
interface StreamReading {
  /** The real one. */
  StreamReading WHOLE =
      (stream, handler) ->
          new MigrationStreamReader(stream, DeviceStateSummary.MAX_BYTES).readInto(handler);

  /** Of a stream whose sender waits for an answer. */
  StreamReading WITH_RETURN_PATH =
      (stream, handler) ->
          new MigrationStreamReader(stream, DeviceStateSummary.MAX_BYTES, StreamEnd.DESCRIPTION)
              .readInto(handler);

  void read(ReadableByteChannel stream, GuestStateHandler handler) throws IOException;
}
