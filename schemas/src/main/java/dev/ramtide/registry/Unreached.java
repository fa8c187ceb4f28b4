package dev.ramtide.registry;

import dev.ramtide.registry.RegistryException.Reason;
import java.io.EOFException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/**
 * Why a registry was not reached: it may come back by itself, or somebody has to change something,
 * for whom a process that is to end at a checkpoint must not wait for ever.
 *
 * <pre>
 *   no such host                                REFUSED
 *   a certificate, or TLS where there is none   REFUSED
 *   bytes that are no HTTP: TLS, say            REFUSED
 *   TLS that broke off with its connection      AWAY
 *   anything else                               AWAY
 * </pre>
 */
public final class Unreached {
  private Unreached() {}

  /**
   * @param thrown by a client of HTTP; its causes are looked at too
   */
  public static Reason reason(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException
          || cause instanceof UnresolvedAddressException
          || cause instanceof ProtocolException
          || cause instanceof SSLException && !isBrokenOff(cause)) {
        return Reason.REFUSED;
      }
    }
    return Reason.AWAY;
  }

  /** A registry that is stopped in the middle of a handshake refuses nobody. */
  private static boolean isBrokenOff(Throwable tls) {
    for (Throwable cause = tls; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketException || cause instanceof EOFException) {
        return true;
      }
    }
    return false;
  }
}
