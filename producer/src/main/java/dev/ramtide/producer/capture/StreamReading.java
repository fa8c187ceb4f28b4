package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MigrationStreamReader;
import dev.ramtide.producer.stream.PageChannels;
import dev.ramtide.producer.stream.StreamEnd;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;

/** Reads one whole migration stream; the seam at which tests put shorter ones. */
@FunctionalInterface
interface StreamReading {
  /** The real one. */
  StreamReading WHOLE =
      (stream, channels, handler) ->
          new MigrationStreamReader(stream, DeviceStateSummary.MAX_BYTES, StreamEnd.CLOSE, channels)
              .readInto(handler);

  /** Of a stream whose sender waits for an answer. */
  StreamReading WITH_RETURN_PATH =
      (stream, channels, handler) ->
          new MigrationStreamReader(
                  stream, DeviceStateSummary.MAX_BYTES, StreamEnd.DESCRIPTION, channels)
              .readInto(handler);

  void read(ReadableByteChannel stream, PageChannels channels, GuestStateHandler handler)
      throws IOException;
}
