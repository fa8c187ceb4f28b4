package dev.ramtide.options;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What this host calls itself: for records and pages that people read. */
public final class HostName {
  private HostName() {}

  public static String own() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown host";
    }
  }
}
