package dev.ramtide.page;

import dev.ramtide.metrics.Query;
import dev.ramtide.metrics.WatchPage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of the status page, to be served at {@code /}. They are read once, by the names below;
 * a request is looked up among them and reaches neither class path nor disk.
 */
public final class StaticPages implements WatchPage {
  /** What is served at the path itself. */
  private static final String FIRST = "index.html";

  static final List<String> NAMES =
      List.of(
          FIRST,
          "page.css",
          "icon.svg",
          "page.js",
          "server.js",
          "words.js",
          "elements.js",
          "fleet.js",
          "vm.js",
          "timeline.js",
          "memory.js",
          "cells.js",
          "grid.js",
          "zoom.js");

  private static final Map<String, String> TYPES =
      Map.of(
          ".html", "text/html; charset=utf-8",
          ".css", "text/css; charset=utf-8",
          ".js", "text/javascript; charset=utf-8",
          ".svg", "image/svg+xml");

  private final Map<String, Content> files;

  private StaticPages(Map<String, Content> files) {
    this.files = Map.copyOf(files);
  }

  /** Reads them all: a file that is missing is found when the process starts, not by a user. */
  public static StaticPages read() {
    Map<String, Content> files = new HashMap<>();
    for (String name : NAMES) {
      files.put(name.equals(FIRST) ? "" : name, new Content(typeOf(name), bytesOf(name)));
    }
    return new StaticPages(files);
  }

  private static String typeOf(String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.')));
    if (type == null) {
      throw new IllegalStateException("no media type for " + name);
    }
    return type;
  }

  private static byte[] bytesOf(String name) {
    try (InputStream file = StaticPages.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new IllegalStateException(name + " is not in the jar: build Ramtide anew");
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + " from the jar", e);
    }
  }

  @Override
  public Optional<Content> get(String path, Query query) {
    return Optional.ofNullable(files.get(path));
  }
}
