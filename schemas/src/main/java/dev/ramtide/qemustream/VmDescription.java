package dev.ramtide.qemustream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The description of the devices that ends a device state. QEMU itself ignores it; we need it as
 * the proof that nothing was cut off.
 *
 * <pre>
 *   ... last section's footer | 00 | 06 | be32 N | N bytes of JSON, no control characters | end
 * </pre>
 *
 * @param text UTF-8, read-only
 */
public record VmDescription(ByteBuffer text) {
  /** {@code 00 06} and the length. */
  private static final int HEADER_BYTES = 6;

  private static final Pattern PAGE_SIZE = Pattern.compile("\"page_size\"\\s*:\\s*(\\d{1,9})\\b");

  /** The page size stands before the devices. */
  private static final int SEARCHED_BYTES = 64 * 1024;

  public VmDescription {
    text = text.asReadOnlyBuffer();
  }

  @Override
  public ByteBuffer text() {
    return text.duplicate();
  }

  /**
   * Finds the description at the end of a device state.
   *
   * @param deviceState position to limit, left alone
   * @param streamOffset of its first byte, for the message
   * @throws MalformedStreamException there is none that ends exactly at the end
   */
  public static VmDescription atEndOf(ByteBuffer deviceState, long streamOffset)
      throws MalformedStreamException {
    return find(deviceState.slice(), textStart(deviceState, 0, 0))
        .orElseThrow(
            () ->
                MalformedStreamException.truncated(
                    streamOffset + deviceState.remaining(),
                    "the device state does not end with QEMU's description of it: it was cut off,"
                        + " or the machine runs with suppress-vmdesc=on, which must be off"));
  }

  /**
   * Whether the bytes end with a whole description.
   *
   * @param textStart of {@link #textStart}
   */
  public static boolean endsWithOne(ByteBuffer deviceState, int textStart) {
    return find(deviceState.slice(), textStart).isPresent();
  }

  /**
   * Where the text begins that the bytes end with, counted from the position.
   *
   * @param lookedAt how many of the bytes were there the last time
   * @param before what the answer was then
   */
  public static int textStart(ByteBuffer deviceState, int lookedAt, int before) {
    ByteBuffer bytes = deviceState.slice();
    for (int start = bytes.limit(); start > lookedAt; start--) {
      if (Byte.toUnsignedInt(bytes.get(start - 1)) < ' ') {
        return start;
      }
    }
    return before;
  }

  private static Optional<VmDescription> find(ByteBuffer bytes, int textStart) {
    int end = bytes.limit();
    // The low bytes of the length may look like text, the 06 before them does not.
    for (int start = textStart; start <= Math.min(textStart + Integer.BYTES, end - 2); start++) {
      if (isDescription(bytes, start)) {
        return Optional.of(new VmDescription(bytes.slice(start, end - start)));
      }
    }
    return Optional.empty();
  }

  private static boolean isDescription(ByteBuffer bytes, int start) {
    int header = start - HEADER_BYTES;
    return header >= 0
        && bytes.get(header) == SectionType.EOF
        && bytes.get(header + 1) == SectionType.VMDESCRIPTION
        && bytes.getInt(header + 2) == bytes.limit() - start
        && bytes.get(start) == '{'
        && bytes.get(bytes.limit() - 1) == '}';
  }

  /** What the description says of the page size, if it does. */
  public OptionalInt pageBytes() {
    ByteBuffer head = text().limit(text.position() + Math.min(text.remaining(), SEARCHED_BYTES));
    Matcher found = PAGE_SIZE.matcher(StandardCharsets.ISO_8859_1.decode(head));
    return found.find() ? OptionalInt.of(Integer.parseInt(found.group(1))) : OptionalInt.empty();
  }
}
