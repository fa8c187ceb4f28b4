package dev.ramtide.producer.qmp;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;

/**
 * Who listens on the QMP socket, as the kernel says.
 *
 * @param user the user that the process had when it began to listen
 */
public record QmpPeer(UserPrincipal user) {
  static QmpPeer of(SocketChannel channel) throws IOException {
    return new QmpPeer(channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user());
  }
}
