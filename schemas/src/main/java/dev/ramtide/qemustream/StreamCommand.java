package dev.ramtide.qemustream;

/** Numbers of the commands that stand between sections. */
public final class StreamCommand {
  public static final int OPEN_RETURN_PATH = 1;
  public static final int PING = 2;

  /** 16 bytes of payload announce postcopy of RAM, none announces dirty bitmaps. */
  public static final int POSTCOPY_ADVISE = 3;

  public static final int POSTCOPY_LISTEN = 4;
  public static final int POSTCOPY_RUN = 5;
  public static final int POSTCOPY_RAM_DISCARD = 6;
  public static final int PACKAGED = 7;
  public static final int ENABLE_COLO = 8;
  public static final int POSTCOPY_RESUME = 9;
  public static final int RECV_BITMAP = 10;

  /** Between the last PART and END since QEMU 10.0; says nothing that we need. */
  public static final int SWITCHOVER_START = 11;

  private StreamCommand() {}
}
