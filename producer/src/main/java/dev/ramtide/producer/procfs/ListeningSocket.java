package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A listening socket of {@code /proc/net/unix}, which shows the sockets of our network namespace.
 *
 * <pre>
 *   Num       RefCount Protocol Flags    Type St Inode Path
 *   00000000: 00000002 00000000 00010000 0001 01 23456 /run/qmp.sock
 *                               listens            as its server named it: absolute or not
 * </pre>
 *
 * @param inode of the socket, as in {@code socket:[23456]}
 * @param path empty for a socket without a name
 */
record ListeningSocket(long inode, String path) {
  private static final Pattern LINE =
      Pattern.compile(
          "[0-9a-fA-F]+: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) [0-9A-F]{4} [0-9A-F]{2}"
              + " +([0-9]{1,19})(?: (.*))?");

  /** {@code __SO_ACCEPTCON}: connections that it accepted bear its path too, but not this. */
  private static final long LISTENS = 1 << 16;

  static List<ListeningSocket> parse(String text) throws IOException {
    List<ListeningSocket> sockets = new ArrayList<>();
    for (String line : text.lines().skip(1).toList()) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        // A name may hold a line break; its rest is no line of the table.
        continue;
      }
      String path = matcher.group(3);
      if ((Long.parseLong(matcher.group(1), 16) & LISTENS) != 0 && path != null) {
        sockets.add(new ListeningSocket(inode(matcher.group(2)), path));
      }
    }
    return sockets;
  }

  private static long inode(String digits) throws IOException {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new IOException("inode " + digits + " of a unix socket", e);
    }
  }

  /** What a descriptor of it leads to. */
  String descriptor() {
    return "socket:[" + inode + "]";
  }
}
