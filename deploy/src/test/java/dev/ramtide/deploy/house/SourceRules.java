package dev.ramtide.deploy.house;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rules that the text of the sources shows. Each returns what is wrong, a line per finding. */
final class SourceRules {
  private static final int MAX_LINES = 400;
  private static final int MAX_TEST_LINES = 600;
  private static final int MAX_METHOD_LINES = 50;
  private static final Set<String> EMPTY_WORDS =
      Set.of(
          "util",
          "utils",
          "common",
          "helper",
          "helpers",
          "manager",
          "managers",
          "misc",
          "internal",
          "impl");

  /** The last of the words of a name in camel case. */
  private static final Pattern BEFORE_LAST_WORD = Pattern.compile(".*(?=[A-Z])");

  private SourceRules() {}

  /** Rooms see only rooms and libraries that the plan lets them see. Tests look where they must. */
  static List<String> arrows(SourceFile file, HousePlan plan) {
    String room = HousePlan.roomOf(file.packageName()).orElse(file.packageName());
    if (file.isTest()) {
      return List.of();
    }
    if (!plan.rooms().containsKey(room)) {
      return List.of(file.path() + ": room " + room + " is not on the plan");
    }
    return file.seenNames().stream()
        .flatMap(name -> plan.objection(room, name).stream())
        .map(objection -> file.path() + ": " + objection)
        .toList();
  }

  static List<String> wildcards(SourceFile file) {
    return file.seenNames().stream()
        .filter(name -> name.endsWith(".*"))
        .map(name -> file.path() + ": imports " + name + " whole")
        .toList();
  }

  static List<String> sizes(SourceFile file) {
    List<String> findings = new ArrayList<>();
    int limit = file.isTest() ? MAX_TEST_LINES : MAX_LINES;
    if (file.lineCount() > limit) {
      findings.add(file.path() + ": " + file.lineCount() + " lines, more than " + limit);
    }
    for (SourceFile.Method method : file.methods()) {
      if (method.lineCount() > MAX_METHOD_LINES) {
        findings.add(
            file.path()
                + ": "
                + method.name()
                + " has "
                + method.lineCount()
                + " lines, more than "
                + MAX_METHOD_LINES);
      }
    }
    return findings;
  }

  /** No name that would suit anything. */
  static List<String> words(SourceFile file) {
    Stream<String> packages = Arrays.stream(file.packageName().split("\\."));
    Stream<String> types =
        file.types().stream().map(type -> BEFORE_LAST_WORD.matcher(type).replaceFirst(""));
    return Stream.concat(packages, types)
        .filter(word -> EMPTY_WORDS.contains(word.toLowerCase(Locale.ROOT)))
        .map(word -> file.path() + ": '" + word + "' says nothing")
        .toList();
  }

  static List<String> vars(SourceFile file) {
    return file.varLines().stream()
        .map(line -> file.path() + ":" + line + ": var instead of a type")
        .toList();
  }

  /** Every package has one package-info, and it says {@code @NullMarked}. */
  static List<String> nullMarks(List<SourceFile> files) {
    TreeSet<String> packages = new TreeSet<>();
    TreeMap<String, SourceFile> infos = new TreeMap<>();
    for (SourceFile file : files) {
      packages.add(file.packageName());
      if (file.isPackageInfo()) {
        infos.put(file.packageName(), file);
      }
    }
    List<String> findings = new ArrayList<>();
    for (String name : packages) {
      SourceFile info = infos.get(name);
      if (info == null) {
        findings.add(name + ": no package-info.java");
      } else if (!info.packageAnnotations().contains("NullMarked")) {
        findings.add(info.path() + ": not @NullMarked");
      }
    }
    return findings;
  }
}
