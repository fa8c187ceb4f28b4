package dev.ramtide.producer.stream;

import dev.ramtide.qemustream.Capability;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamCommand;

/**
 * What a stream may carry that we do not, and what to turn off so that it does not. Bodies have no
 * length, so nothing of it can be skipped.
 */
final class Refusal {
  private static final String POSTCOPY = "turn the capability postcopy-ram off";
  private static final String RETURN_PATH =
      "turn the capabilities return-path and postcopy-ram off, or use --confirm";

  private Refusal() {}

  static MalformedStreamException capability(String name) {
    String instead =
        name.equals(Capability.MAPPED_RAM) ? ", or save to a file and publish that" : "";
    return new MalformedStreamException(
        0, "made with the capability " + name + ": turn it off" + instead);
  }

  /** A command other than {@link StreamCommand#SWITCHOVER_START}. */
  static MalformedStreamException command(long streamOffset, int command, int payloadBytes) {
    String what =
        switch (command) {
          case StreamCommand.OPEN_RETURN_PATH -> "QEMU waits for an answer: " + RETURN_PATH;
          case StreamCommand.PING -> "a ping that QEMU wants answered: " + RETURN_PATH;
          case StreamCommand.POSTCOPY_ADVISE ->
              payloadBytes == 0
                  ? "dirty bitmaps follow: turn the capability dirty-bitmaps off"
                  : "announces postcopy: " + POSTCOPY;
          case StreamCommand.POSTCOPY_LISTEN,
              StreamCommand.POSTCOPY_RUN,
              StreamCommand.POSTCOPY_RAM_DISCARD,
              StreamCommand.PACKAGED,
              StreamCommand.POSTCOPY_RESUME,
              StreamCommand.RECV_BITMAP ->
              "postcopy command " + command + ": " + POSTCOPY;
          case StreamCommand.ENABLE_COLO -> "turn the capability x-colo off";
          default -> "unknown command " + command + " with " + payloadBytes + " bytes";
        };
    return new MalformedStreamException(streamOffset, what);
  }

  /** A section that goes on while the guest runs, as RAM does. */
  static MalformedStreamException iterativeSection(long streamOffset, SectionHeader header) {
    String idstr = header.idstr();
    String what =
        switch (idstr) {
          case "dirty-bitmap" -> "turn the capability dirty-bitmaps off";
          case "block" -> "migrate without the options blk and inc";
          case "spapr/htab", "s390-stattrib" -> "this machine type is not supported";
          default -> idstr.endsWith("/vfio") ? "remove the VFIO device" : "it is not known";
        };
    return new MalformedStreamException(
        streamOffset,
        "iterative section '"
            + idstr
            + "' (section id "
            + header.sectionId()
            + ") is not supported: "
            + what);
  }

  /** A device section before the first page. */
  static MalformedStreamException earlySection(long streamOffset, SectionHeader header) {
    boolean virtioMem = header.idstr().endsWith(SectionHeader.EARLY_DEVICE_SUFFIX);
    return new MalformedStreamException(
        streamOffset,
        "device section '"
            + header.idstr()
            + "' before the first page is not supported"
            + (virtioMem ? ": remove the virtio-mem device" : ""));
  }

  static MalformedStreamException element(long streamOffset, int type) {
    String what =
        switch (type) {
          case SectionType.EOF -> "the stream ends before its RAM";
          default ->
              "element 0x" + Integer.toHexString(type) + " where a section or command must start";
        };
    return new MalformedStreamException(streamOffset, what);
  }

  /** A record of a RAM section other than a page, a zero page or the end. */
  static MalformedStreamException ramRecord(long streamOffset, int flags) {
    String what;
    if ((flags & RamFlags.XBZRLE) != 0) {
      what = "turn the capability xbzrle off";
    } else if ((flags & RamFlags.MULTIFD_FLUSH) != 0) {
      what = PageChannels.REMEDY;
    } else if ((flags & RamFlags.COMPRESS_PAGE) != 0) {
      what = "turn the capability compress off";
    } else if ((flags & RamFlags.HOOK) != 0) {
      what = "RDMA is not supported: migrate to a unix or tcp socket";
    } else {
      what = "not known in this place";
    }
    return new MalformedStreamException(
        streamOffset, "RAM record with flags 0x" + Integer.toHexString(flags) + ": " + what);
  }
}
