package dev.ramtide.deploy.house;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.PackageTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * What the rules need to know of one source file, as javac's own parser reads it. Only the source
 * shows every arrow: javac copies constants, and bytecode then has forgotten where they came from.
 *
 * @param path for messages
 * @param seenNames everything it imports or names in full, such as {@code java.util.List}; no
 *     comments
 * @param types simple names of the types it declares, inner ones too
 * @param varLines lines of variables declared with {@code var}
 */
record SourceFile(
    String path,
    String packageName,
    int lineCount,
    Set<String> seenNames,
    List<String> types,
    List<Method> methods,
    List<Long> varLines,
    List<String> packageAnnotations) {
  /** A method or constructor, from its first annotation to its closing brace. */
  record Method(String name, long lineCount) {}

  boolean isPackageInfo() {
    return path.endsWith("package-info.java");
  }

  /** A JMH benchmark counts as one: nobody is delivered it, and it may see what tests may. */
  boolean isTest() {
    return path.contains("src/test/") || path.contains("src/bench/");
  }

  static SourceFile parse(String path, String text) throws IOException {
    JavacTask task =
        (JavacTask)
            ToolProvider.getSystemJavaCompiler()
                .getTask(
                    null,
                    null,
                    diagnostic -> {},
                    List.of("-proc:none"),
                    null,
                    List.of(new InMemory(path, text)));
    CompilationUnitTree unit = task.parse().iterator().next();
    Reader reader = new Reader(unit, Trees.instance(task).getSourcePositions());
    reader.scan(unit, null);
    return new SourceFile(
        path,
        String.valueOf(unit.getPackageName()),
        (int) text.lines().count(),
        reader.seenNames,
        reader.types,
        reader.methods,
        reader.varLines,
        reader.packageAnnotations);
  }

  private static final class Reader extends TreePathScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final Set<String> seenNames = new LinkedHashSet<>();
    private final List<String> types = new ArrayList<>();
    private final List<Method> methods = new ArrayList<>();
    private final List<Long> varLines = new ArrayList<>();
    private final List<String> packageAnnotations = new ArrayList<>();

    Reader(CompilationUnitTree unit, SourcePositions positions) {
      this.unit = unit;
      this.positions = positions;
    }

    @Override
    public Void visitPackage(PackageTree tree, Void unused) {
      tree.getAnnotations().stream()
          .map(AnnotationTree::getAnnotationType)
          .map(Tree::toString)
          .forEach(packageAnnotations::add);
      return null;
    }

    @Override
    public Void visitImport(ImportTree tree, Void unused) {
      seenNames.add(tree.getQualifiedIdentifier().toString());
      return null;
    }

    @Override
    public Void visitMemberSelect(MemberSelectTree tree, Void unused) {
      seenNames.add(tree.toString());
      return null;
    }

    @Override
    public Void visitClass(ClassTree tree, Void unused) {
      if (!tree.getSimpleName().isEmpty()) {
        types.add(tree.getSimpleName().toString());
      }
      return super.visitClass(tree, null);
    }

    @Override
    public Void visitMethod(MethodTree tree, Void unused) {
      long first = line(positions.getStartPosition(unit, tree));
      long last = line(positions.getEndPosition(unit, tree));
      methods.add(new Method(tree.getName().toString(), last - first + 1));
      return super.visitMethod(tree, null);
    }

    @Override
    public Void visitVariable(VariableTree tree, Void unused) {
      boolean bareParameterOfLambda =
          getCurrentPath().getParentPath().getLeaf() instanceof LambdaExpressionTree;
      if (tree.getType() == null && !bareParameterOfLambda) {
        varLines.add(line(positions.getStartPosition(unit, tree)));
      }
      return super.visitVariable(tree, null);
    }

    private long line(long position) {
      return unit.getLineMap().getLineNumber(position);
    }
  }

  private static final class InMemory extends SimpleJavaFileObject {
    private final String text;

    InMemory(String path, String text) {
      super(URI.create("string:///" + path), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
