package dev.ramtide.deploy.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/** The status page of any agent or sink, as a person has it before them. */
final class StatusPage {
  private static final String FACTS =
      """
      const facts = {};
      for (const row of document.querySelectorAll('#cell tr')) {
        facts[row.firstChild.textContent] = row.lastChild.textContent;
      }
      return facts;
      """;

  /** The pointer over many places of the map at once: what is told of each, and its colour. */
  private static final String PROBE =
      """
      const map = document.getElementById('map');
      const box = map.getBoundingClientRect();
      const ink = map.getContext('2d').getImageData(0, 0, map.width, map.height).data;
      const found = [];
      for (let y = 2; y < box.height; y += arguments[0]) {
        for (let x = 2; x < box.width; x += arguments[0]) {
          map.dispatchEvent(new PointerEvent('pointermove', {clientX: box.x + x, clientY: box.y + y}));
          if (document.getElementById('map-hover').hidden) continue;
          const facts = {};
          for (const row of document.querySelectorAll('#cell tr')) {
            facts[row.firstChild.textContent] = row.lastChild.textContent;
          }
          // The middle of the cell: at its border there may be the outline of the block.
          const mark = document.getElementById('map-hover').getBoundingClientRect();
          const scale = map.width / box.width;
          const middleX = Math.floor((mark.x + mark.width / 2 - box.x) * scale);
          const middleY = Math.floor((mark.y + mark.height / 2 - box.y) * scale);
          const at = 4 * (middleY * map.width + middleX);
          const parts = [...ink.slice(at, at + 3)].map(part => part.toString(16).padStart(2, '0'));
          const left = box.x + x - mark.x;
          const top = box.y + y - mark.y;
          const marked = left >= 0 && left <= mark.width && top >= 0 && top <= mark.height;
          found.push({marked, facts, colour: '#' + parts.join('')});
        }
      }
      map.dispatchEvent(new PointerEvent('pointerleave'));
      return found;
      """;

  /** Every frame: which animations and transitions run, and whether scrolling takes its time. */
  private static final String WATCH_MOTION =
      """
      window.moved = new Set();
      const look = () => {
        for (const one of document.getAnimations()) {
          window.moved.add(one.transitionProperty ?? one.animationName ?? 'script');
        }
        requestAnimationFrame(look);
      };
      look();
      for (const one of document.querySelectorAll('*')) {
        if (getComputedStyle(one).scrollBehavior === 'smooth') {
          window.moved.add('scroll');
        }
      }
      """;

  private final Browser browser;
  private final String uri;

  /**
   * @param uri of the server
   */
  StatusPage(Browser browser, String uri) {
    this.browser = browser;
    this.uri = uri;
  }

  /** Opens it anew. */
  StatusPage open() throws IOException, InterruptedException {
    browser.open("about:blank");
    browser.open(uri + "/");
    return this;
  }

  /** Opens it at one VM. */
  StatusPage openAt(String vm) throws IOException, InterruptedException {
    browser.open("about:blank");
    browser.open(uri + "/#vm=" + vm);
    return this;
  }

  StatusPage width(int pixels, int scale) throws IOException, InterruptedException {
    browser.devTools(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", pixels, "height", 900, "deviceScaleFactor", scale, "mobile", pixels < 500));
    return this;
  }

  /**
   * @param scheme light or dark
   */
  StatusPage scheme(String scheme) throws IOException, InterruptedException {
    browser.devTools(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    return this;
  }

  /**
   * @param preference reduce or no-preference, as a person tells the system
   */
  StatusPage motion(String preference) throws IOException, InterruptedException {
    browser.devTools(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-reduced-motion", "value", preference))));
    return this;
  }

  /**
   * How fast what glides does so; of the bar of a capture no script is told that it does.
   *
   * @param rate 1 is usual
   */
  StatusPage pace(double rate) throws IOException, InterruptedException {
    browser.devTools("Animation.enable", Map.of());
    browser.devTools("Animation.setPlaybackRate", Map.of("playbackRate", rate));
    return this;
  }

  /** How much of the bar of a capture has the colour of what is done, in a picture of it. */
  double filled() throws IOException, InterruptedException {
    JsonNode box =
        browser.script(
            "const box = document.getElementById('capture-progress').getBoundingClientRect();"
                + "return {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height}");
    BufferedImage bar =
        browser.picture(
            Map.of(
                "x", box.get("x").asDouble(),
                "y", box.get("y").asDouble(),
                "width", box.get("width").asDouble(),
                "height", box.get("height").asDouble(),
                "scale", 1));
    int done = Integer.decode(colour("--accent"));
    long pixels =
        IntStream.range(0, bar.getWidth())
            .filter(x -> (bar.getRGB(x, bar.getHeight() / 2) & 0xffffff) == done)
            .count();
    return (double) pixels / bar.getWidth();
  }

  /** From now on notes what moves by itself. */
  StatusPage watchMotion() throws IOException, InterruptedException {
    browser.script(WATCH_MOTION);
    return this;
  }

  /** What has moved by itself since {@link #watchMotion}. */
  List<String> moved() throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    browser.script("return [...window.moved]").forEach(name -> names.add(name.asText()));
    return names;
  }

  String text(String id) throws IOException, InterruptedException {
    return browser.visibleText("#" + id);
  }

  /** What the row of a VM says, its cells separated by tabs or lines. */
  String row(String vm) throws IOException, InterruptedException {
    return browser
        .script(
            "return [...document.querySelectorAll('#fleet tr')]"
                + ".find(row => row.querySelector('a').textContent === arguments[0])?.innerText ?? ''",
            vm)
        .asText();
  }

  int count(String selector) throws IOException, InterruptedException {
    return browser
        .script("return document.querySelectorAll(arguments[0]).length", selector)
        .asInt();
  }

  String attribute(String id, String name) throws IOException, InterruptedException {
    return browser
        .script("return document.getElementById(arguments[0]).getAttribute(arguments[1])", id, name)
        .asText();
  }

  String focused() throws IOException, InterruptedException {
    return browser
        .script("return document.activeElement.id || document.activeElement.textContent")
        .asText();
  }

  /** Presses the tabulator until the element has the focus, as one does who has no mouse. */
  StatusPage tabTo(String idOrText) throws IOException, InterruptedException {
    for (int presses = 0; presses < 60; presses++) {
      if (focused().equals(idOrText)) {
        return this;
      }
      browser.press("TAB");
    }
    throw new AssertionError("the keyboard does not reach " + idOrText);
  }

  /** What is told of the cell that is pointed at. */
  Map<String, String> cell() throws IOException, InterruptedException {
    return texts(browser.script(FACTS));
  }

  /**
   * @param marked whether the cell that is told of, and marked, is the one under the pointer
   * @param colour as it is on the canvas, such as #ffffff
   */
  record Probe(boolean marked, Map<String, String> facts, String colour) {}

  /**
   * Looks at cells all over the map.
   *
   * @param distance of one place from the next, in pixels
   */
  List<Probe> probe(int distance) throws IOException, InterruptedException {
    List<Probe> probes = new ArrayList<>();
    for (JsonNode one : browser.script(PROBE, distance)) {
      probes.add(
          new Probe(
              one.get("marked").asBoolean(), texts(one.get("facts")), one.get("colour").asText()));
    }
    return probes;
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    object.properties().forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
    return texts;
  }

  /** The colour of a custom property of the style sheet. */
  String colour(String property) throws IOException, InterruptedException {
    return browser
        .script(
            "return getComputedStyle(document.documentElement).getPropertyValue(arguments[0])",
            property)
        .asText()
        .trim();
  }

  /** The middle of an element in the window, which is scrolled to it. */
  int[] middleOf(String id) throws IOException, InterruptedException {
    JsonNode place =
        browser.script(
            "const it = document.getElementById(arguments[0]);"
                + "it.scrollIntoView({block: 'center'}); const box = it.getBoundingClientRect();"
                + "return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round)",
            id);
    return new int[] {place.get(0).asInt(), place.get(1).asInt()};
  }

  void picture(Path file) throws IOException, InterruptedException {
    browser.picture(file);
  }

  /** Waits for something of the page to be so. */
  static void await(ThrowingRunnable so) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(so);
  }
}
