package dev.ramtide.deploy.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What Chromium gives to a screen reader.
 *
 * @param nodes role and name of each
 */
record Readability(List<Node> nodes) {
  private static final Set<String> NAMED =
      Set.of(
          "button", "link", "slider", "application", "searchbox", "table", "region", "progressbar");

  /** Texts whose contrast to what is behind them is below 4.5, WCAG's AA for text of this size. */
  static final String FAINT_TEXTS =
      """
      const light = text => {
        const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map(c => c / 255)
            .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = element => {
        const colour = getComputedStyle(element).backgroundColor;
        return /, 0\\)$/.test(colour) && element.parentElement ? ground(element.parentElement) : colour;
      };
      const faint = [];
      for (const element of document.querySelectorAll('body *')) {
        const text = [...element.childNodes].filter(node => node.nodeType === 3 && node.data.trim());
        if (text.length === 0 || element.getClientRects().length === 0) continue;
        const style = getComputedStyle(element);
        const ink = light(element instanceof SVGElement ? style.fill : style.color);
        const behind = light(ground(element));
        const contrast = (Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05);
        if (contrast < 4.5) faint.push(text[0].data + ': ' + contrast);
      }
      return faint;
      """;

  record Node(String role, String name) {}

  static Readability of(Browser browser) throws IOException, InterruptedException {
    List<Node> nodes = new ArrayList<>();
    for (JsonNode node : browser.devTools("Accessibility.getFullAXTree", Map.of()).get("nodes")) {
      if (!node.get("ignored").asBoolean()) {
        nodes.add(new Node(node.at("/role/value").asText(), node.at("/name/value").asText()));
      }
    }
    return new Readability(nodes);
  }

  List<String> names(String role) {
    return nodes.stream().filter(node -> node.role().equals(role)).map(Node::name).toList();
  }

  /** What can be worked with or jumped to, and has no name to be told by. */
  List<Node> unnamed() {
    return nodes.stream()
        .filter(node -> NAMED.contains(node.role()) && node.name().isBlank())
        .toList();
  }
}
