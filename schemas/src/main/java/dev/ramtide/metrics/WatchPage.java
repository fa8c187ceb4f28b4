package dev.ramtide.metrics;

import java.io.IOException;
import java.util.Optional;

/**
 * Answers requests below one path.
 *
 * <p>Any thread, several at once.
 */
public interface WatchPage {
  /**
   * @param path what follows the path that it is served at, such as {@code vms/web-1}
   * @return empty when there is no such thing
   * @throws IllegalArgumentException the query makes no sense; its message is the answer
   */
  Optional<Content> get(String path, Query query) throws IOException;

  /**
   * @param type a media type
   */
  record Content(String type, byte[] bytes) {
    public static final String JSON = "application/json; charset=utf-8";
  }
}
