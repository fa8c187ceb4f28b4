package dev.ramtide.deploy.secured;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of {@code kafka-acls.sh ... --add}, as it stands on our page.
 *
 * @param words all of it, the command's name first
 */
record AclLine(List<String> words) {
  static final String COMMAND = "kafka-acls.sh ";
  private static final String ADD = "--add";
  private static final String OPERATION = "--operation";

  AclLine {
    if (!words.contains(ADD) || !words.contains(OPERATION)) {
      throw new IllegalArgumentException("grants nothing: " + words);
    }
  }

  static AclLine parse(String line) {
    return new AclLine(List.of(line.split(" ", -1)));
  }

  /** The line that takes back what this one gives. */
  List<String> reversed() {
    List<String> reversed = new ArrayList<>(words);
    reversed.set(words.indexOf(ADD), "--remove");
    reversed.add("--force"); // Nobody is there to be asked.
    return reversed;
  }

  /** A line for each operation. */
  List<AclLine> oneByOne() {
    List<String> rest = new ArrayList<>();
    List<String> operations = new ArrayList<>();
    for (int at = 0; at < words.size(); at++) {
      if (words.get(at).equals(OPERATION)) {
        at++;
        operations.add(words.get(at));
      } else {
        rest.add(words.get(at));
      }
    }
    return operations.stream().map(operation -> with(rest, operation)).toList();
  }

  private static AclLine with(List<String> rest, String operation) {
    List<String> one = new ArrayList<>(rest);
    one.addAll(List.of(OPERATION, operation));
    return new AclLine(one);
  }

  /** The same for another VM than the page's. */
  AclLine forVm(String vm) {
    return new AclLine(words.stream().map(word -> word.replace(SecurityPage.VM, vm)).toList());
  }

  /** The first one; after {@link #oneByOne()} there is no other. */
  String operation() {
    return after(OPERATION);
  }

  /** {@code --topic NAME} or {@code --group NAME}. */
  String resource() {
    String kind = words.contains("--topic") ? "--topic" : "--group";
    return kind + " " + after(kind);
  }

  private String after(String option) {
    return words.get(words.indexOf(option) + 1);
  }
}
