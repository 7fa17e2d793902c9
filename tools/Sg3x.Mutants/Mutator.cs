using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Sg3x.Mutants;

/// <summary>
/// Rewrites a file so that it holds all its mutants at once, each behind a switch: <c>a + b</c> becomes <c>M.Add(17, a, b)</c>, which
/// subtracts while mutant 17 is active.
/// </summary>
/// <param name="model">What the names in the file mean.</param>
/// <param name="file">The file's name in reports.</param>
/// <param name="firstId">Number of the first mutant.</param>
/// <param name="banned">Places, by start of their span, and kinds that turned out not to compile.</param>
public sealed class Mutator(SemanticModel model, string file, int firstId, IReadOnlySet<(int Start, string Kind)> banned)
    : CSharpSyntaxRewriter
{
    /// <summary>Marks rewritten code with the place that it stands for, so that an error in it is traced back.</summary>
    public const string Mark = "mutant";

    private const string Switch = "global::Sg3x.MutantSwitch.M";

    private static readonly Dictionary<string, string> Exchanged = new(StringComparer.Ordinal)
    {
        ["Max"] = "Min",
        ["Min"] = "Max",
        ["Floor"] = "Ceiling",
        ["Ceiling"] = "Floor",
        ["Sin"] = "Cos",
        ["Cos"] = "Sin",
        ["Abs"] = "",
        ["Sqrt"] = "",
    };

    private readonly List<Mutant> mutants = [];

    /// <summary>The mutants made so far.</summary>
    public IReadOnlyList<Mutant> Mutants => mutants;

    /// <inheritdoc/>
    public override SyntaxNode? Visit(SyntaxNode? node)
    {
        // Text for people and attributes are no arithmetic.
        if (node is InterpolatedStringExpressionSyntax or AttributeListSyntax or ThrowStatementSyntax or ThrowExpressionSyntax
            or GotoStatementSyntax or CaseSwitchLabelSyntax or EnumMemberDeclarationSyntax)
            return node;
        return base.Visit(node);
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitParameter(ParameterSyntax node) => node;

    /// <inheritdoc/>
    public override SyntaxNode? VisitConstantPattern(ConstantPatternSyntax node) => node;

    /// <inheritdoc/>
    public override SyntaxNode? VisitRelationalPattern(RelationalPatternSyntax node) => node;

    /// <inheritdoc/>
    public override SyntaxNode? VisitLocalDeclarationStatement(LocalDeclarationStatementSyntax node) =>
        node.IsConst ? node : base.VisitLocalDeclarationStatement(node);

    /// <summary>A constant becomes a property, so that it can change; unless something needs it at compile time.</summary>
    public override SyntaxNode? VisitFieldDeclaration(FieldDeclarationSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (!node.Modifiers.Any(SyntaxKind.ConstKeyword))
            return base.VisitFieldDeclaration(node);
        if (!IsNumber(model.GetTypeInfo(node.Declaration.Type).Type) || node.Declaration.Variables.Count != 1
            || Pinned(model.GetDeclaredSymbol(node.Declaration.Variables[0])))
            return node;
        VariableDeclaratorSyntax variable = node.Declaration.Variables[0];
        var value = (ExpressionSyntax)Visit(variable.Initializer!.Value)!;
        SyntaxTokenList modifiers = TokenList(node.Modifiers.Select(m => m.IsKind(SyntaxKind.ConstKeyword)
            ? Token(m.LeadingTrivia, SyntaxKind.StaticKeyword, m.TrailingTrivia)
            : m));
        return PropertyDeclaration(node.AttributeLists, modifiers, node.Declaration.Type, null, variable.Identifier, null,
            ArrowExpressionClause(value), null, Token(SyntaxKind.SemicolonToken)).WithTriviaFrom(node);
    }

    /// <summary><c>&gt; c =&gt; e</c> becomes <c>var v when v &gt; c =&gt; e</c>, whose parts can be mutated.</summary>
    public override SyntaxNode? VisitSwitchExpressionArm(SwitchExpressionArmSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node is not { Pattern: RelationalPatternSyntax pattern, WhenClause: null, Parent: SwitchExpressionSyntax whole }
            || model.GetTypeInfo(whole.GoverningExpression).Type is not { } type || !IsNumber(type))
            return base.VisitSwitchExpressionArm(node);
        string value = $"value{node.SpanStart}";
        var bound = (ExpressionSyntax)Visit(pattern.Expression)!;
        ExpressionSyntax test = Relation(node, pattern.OperatorToken.Text, type, IdentifierName(value), bound, $"{pattern}");
        return node.WithPattern(VarPattern(SingleVariableDesignation(Identifier(value)).WithLeadingTrivia(Space)))
            .WithWhenClause(WhenClause(test.WithLeadingTrivia(Space)).WithLeadingTrivia(Space).WithTrailingTrivia(Space))
            .WithExpression((ExpressionSyntax)Visit(node.Expression)!);
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        ITypeSymbol? type = model.GetTypeInfo(node).ConvertedType;
        if (node.Kind() is SyntaxKind.TrueLiteralExpression or SyntaxKind.FalseLiteralExpression)
        {
            return node.Parent is WhileStatementSyntax or ForStatementSyntax or DoStatementSyntax
                ? node
                : Negated(node, node, "constant", $"{node} → {(node.IsKind(SyntaxKind.TrueLiteralExpression) ? "false" : "true")}");
        }
        if (!node.IsKind(SyntaxKind.NumericLiteralExpression) || node.Token.Value is not IConvertible number
            || type is null || banned.Contains((node.SpanStart, "constant")))
            return node;
        double value = number.ToDouble(null);
        bool real = (Underlying(type) ?? type).SpecialType is SpecialType.System_Double or SpecialType.System_Single
            || node.Token.Value is double or float;
        bool unsigned = (Underlying(type) ?? type).SpecialType
            is SpecialType.System_UInt32 or SpecialType.System_UInt64 or SpecialType.System_Byte or SpecialType.System_UIntPtr;
        string text = node.Token.Text;
        // A real number one per cent larger, and with the other sign; an integer one more and one less.
        (string First, string Second) to = !real ? ($"({text} + 1)", unsigned && value == 0 ? "" : $"({text} - 1)")
            : value == 0 ? ("1", "-1")
            : ($"({text} * 1.01{(IsSingle(type) || node.Token.Value is float ? "f" : "")})", $"(-{text})");
        int one = Next(node, "constant", $"{text} → {Plain(to.First)}");
        string code = to.Second.Length == 0 ? $"{On(one)} ? {to.First} : {text}"
            : $"{On(one)} ? {to.First} : {On(Next(node, "constant", $"{text} → {Plain(to.Second)}"))} ? {to.Second} : {text}";
        bool cast = type.SpecialType != SpecialType.System_Object;
        string typed = cast ? $"(({type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)})({code}))" : $"({code})";
        return Marked(ParseExpression(typed), node, "constant");
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var visited = (BinaryExpressionSyntax)base.VisitBinaryExpression(node)!;
        switch (node.Kind())
        {
            case SyntaxKind.AddExpression:
            case SyntaxKind.SubtractExpression:
            case SyntaxKind.MultiplyExpression:
            case SyntaxKind.DivideExpression:
            case SyntaxKind.ModuloExpression:
            case SyntaxKind.LeftShiftExpression:
            case SyntaxKind.RightShiftExpression:
                return Arithmetic(node, visited);
            case SyntaxKind.LessThanExpression:
            case SyntaxKind.LessThanOrEqualExpression:
            case SyntaxKind.GreaterThanExpression:
            case SyntaxKind.GreaterThanOrEqualExpression:
                return OperandType(node) is { } type && IsNumber(type)
                    ? Relation(node, node.OperatorToken.Text, type, visited.Left, visited.Right, $"{node}")
                    : Negated(node, visited, "condition", $"{node} → not");
            case SyntaxKind.EqualsExpression:
            case SyntaxKind.NotEqualsExpression:
                return Negated(node, visited, "condition", $"{node} → not");
            case SyntaxKind.IsExpression:
                return Negated(node, visited, "condition", $"{node} → not");
            case SyntaxKind.LogicalAndExpression:
                return Exchange(node, visited, SyntaxKind.LogicalOrExpression, SyntaxKind.BarBarToken, "condition");
            case SyntaxKind.LogicalOrExpression:
                return Exchange(node, visited, SyntaxKind.LogicalAndExpression, SyntaxKind.AmpersandAmpersandToken, "condition");
            default:
                return visited;
        }
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitIsPatternExpression(IsPatternExpressionSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return Negated(node, (ExpressionSyntax)base.VisitIsPatternExpression(node)!, "condition", $"{node} → not");
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitPrefixUnaryExpression(PrefixUnaryExpressionSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var visited = (PrefixUnaryExpressionSyntax)base.VisitPrefixUnaryExpression(node)!;
        if (node.IsKind(SyntaxKind.LogicalNotExpression))
            return Negated(node, visited, "condition", $"{node} → not");
        if (!node.IsKind(SyntaxKind.UnaryMinusExpression) || node.Operand is LiteralExpressionSyntax
            || model.GetOperation(node) is not IUnaryOperation { OperatorMethod: null, Type: { } type } || !IsNumber(type))
            return Stepped(node, visited);
        return Call(node, "Negate", type, "arithmetic", $"{node} → {node.Operand}", visited.Operand);
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitPostfixUnaryExpression(PostfixUnaryExpressionSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return Stepped(node, (ExpressionSyntax)base.VisitPostfixUnaryExpression(node)!);
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitAssignmentExpression(AssignmentExpressionSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var visited = (AssignmentExpressionSyntax)base.VisitAssignmentExpression(node)!;
        if (model.GetOperation(node) is not ICompoundAssignmentOperation { OperatorMethod: null, Target.Type: { } type }
            || !IsNumber(type) || type.SpecialType is SpecialType.System_Byte)
            return visited;
        (string Method, string Other)? to = node.Kind() switch
        {
            SyntaxKind.AddAssignmentExpression => ("Sign", "-="),
            SyntaxKind.SubtractAssignmentExpression => ("Sign", "+="),
            SyntaxKind.MultiplyAssignmentExpression when IsReal(type) => ("Inverse", "/="),
            SyntaxKind.DivideAssignmentExpression when IsReal(type) => ("Inverse", "*="),
            _ => null,
        };
        return to is not var (method, other) ? visited
            : visited.WithRight(Call(node, method, type, "arithmetic", $"{node.OperatorToken} → {other}", visited.Right));
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Expression is IdentifierNameSyntax { Identifier.Text: "nameof" })
            return node;
        var visited = (InvocationExpressionSyntax)base.VisitInvocationExpression(node)!;
        if (node.Expression is not MemberAccessExpressionSyntax { Name: IdentifierNameSyntax name }
            || !Exchanged.TryGetValue(name.Identifier.Text, out string? other) || Declares(node)
            || model.GetSymbolInfo(node).Symbol is not IMethodSymbol { IsStatic: true } method
            || method.ContainingType.Name is not ("Math" or "MathF"))
            return visited;
        ExpressionSyntax changed = other.Length == 0
            ? visited.ArgumentList.Arguments[0].Expression
            : visited.WithExpression(((MemberAccessExpressionSyntax)visited.Expression).WithName(IdentifierName(other)));
        return Choice(node, visited, changed, "arithmetic", $"{name} → {(other.Length == 0 ? "its argument" : other)}");
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitIfStatement(IfStatementSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var visited = (IfStatementSyntax)base.VisitIfStatement(node)!;
        return visited.WithCondition(Condition(node.Condition, visited.Condition));
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var visited = (ConditionalExpressionSyntax)base.VisitConditionalExpression(node)!;
        return visited.WithCondition(Condition(node.Condition, visited.Condition));
    }

    // Conditions that are no operation of their own: a flag, a call.
    private ExpressionSyntax Condition(ExpressionSyntax node, ExpressionSyntax visited)
    {
        return node is IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax
            ? Negated(node, visited, "condition", $"{node} → not")
            : visited;
    }

    private ExpressionSyntax Arithmetic(BinaryExpressionSyntax node, BinaryExpressionSyntax visited)
    {
        (string Method, SyntaxKind Kind, SyntaxKind Token)? to = node.Kind() switch
        {
            SyntaxKind.AddExpression => ("Add", SyntaxKind.SubtractExpression, SyntaxKind.MinusToken),
            SyntaxKind.SubtractExpression => ("Subtract", SyntaxKind.AddExpression, SyntaxKind.PlusToken),
            SyntaxKind.MultiplyExpression => ("Multiply", SyntaxKind.DivideExpression, SyntaxKind.SlashToken),
            SyntaxKind.DivideExpression => ("Divide", SyntaxKind.MultiplyExpression, SyntaxKind.AsteriskToken),
            SyntaxKind.ModuloExpression => ("Remainder", SyntaxKind.MultiplyExpression, SyntaxKind.AsteriskToken),
            SyntaxKind.LeftShiftExpression => ("", SyntaxKind.RightShiftExpression, SyntaxKind.GreaterThanGreaterThanToken),
            _ => ("", SyntaxKind.LeftShiftExpression, SyntaxKind.LessThanLessThanToken),
        };
        ITypeSymbol? type = OperandType(node);
        if (type is null || type.SpecialType == SpecialType.System_String || type.TypeKind is TypeKind.Pointer or TypeKind.Enum
            || model.GetTypeInfo(node).Type?.SpecialType == SpecialType.System_String)
            return visited;
        SyntaxToken token = Token(to.Value.Token);
        return to.Value.Method.Length > 0 && IsNumber(type)
            ? Call(node, to.Value.Method, type, "arithmetic", $"{node.OperatorToken} → {token} in {node}", visited.Left, visited.Right)
            : Exchange(node, visited, to.Value.Kind, to.Value.Token, "arithmetic");
    }

    private ExpressionSyntax Relation(
        SyntaxNode node, string sign, ITypeSymbol type, ExpressionSyntax left, ExpressionSyntax right, string shown)
    {
        (string method, string other) = sign switch
        {
            "<" => ("Less", "<="),
            "<=" => ("LessOrEqual", "<"),
            ">" => ("Greater", ">="),
            _ => ("GreaterOrEqual", ">"),
        };
        ExpressionSyntax boundary = Call(node, method, type, "boundary", $"{sign} → {other} in {shown}", left, right);
        return Negated(node, boundary, "condition", $"{shown} → not");
    }

    private ExpressionSyntax Negated(SyntaxNode node, ExpressionSyntax visited, string kind, string change)
    {
        return banned.Contains((node.SpanStart, kind)) || Declares(node)
            ? visited
            : Marked(ParenthesizedExpression(BinaryExpression(SyntaxKind.NotEqualsExpression,
                ParseExpression(On(Next(node, kind, change))), Parenthesised(visited))), node, kind);
    }

    private ExpressionSyntax Exchange(
        BinaryExpressionSyntax node, BinaryExpressionSyntax visited, SyntaxKind kind, SyntaxKind token, string group)
    {
        BinaryExpressionSyntax changed = BinaryExpression(kind, visited.Left, Token(token), visited.Right);
        return Choice(node, visited, changed, group, $"{node.OperatorToken} → {Token(token)} in {node}");
    }

    private ExpressionSyntax Choice(SyntaxNode node, ExpressionSyntax visited, ExpressionSyntax changed, string kind, string change)
    {
        return banned.Contains((node.SpanStart, kind)) || Declares(node)
            ? visited
            : Marked(ParenthesizedExpression(ConditionalExpression(
                ParseExpression(On(Next(node, kind, change))), Parenthesised(changed), Parenthesised(visited))), node, kind);
    }

    private ExpressionSyntax Call(
        SyntaxNode node, string method, ITypeSymbol type, string kind, string change, params ExpressionSyntax[] operands)
    {
        if (banned.Contains((node.SpanStart, kind)))
        {
            return node switch
            {
                BinaryExpressionSyntax binary => binary.WithLeft(operands[0]).WithRight(operands[1]),
                PrefixUnaryExpressionSyntax unary => unary.WithOperand(operands[0]),
                _ => operands[^1],
            };
        }
        string name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        SeparatedSyntaxList<ArgumentSyntax> arguments = SeparatedList(operands.Select(o => Argument(o.WithoutTrivia()))
            .Prepend(Argument(LiteralExpression(SyntaxKind.NumericLiteralExpression, Literal(Next(node, kind, change))))));
        return Marked(
            InvocationExpression(ParseExpression($"{Switch}.{method}<{name}>"), ArgumentList(arguments)), node, kind);
    }

    // i++ and i-- as statements and in loops.
    private SyntaxNode Stepped(ExpressionSyntax node, ExpressionSyntax visited)
    {
        ExpressionSyntax? operand = visited switch
        {
            PrefixUnaryExpressionSyntax prefix => prefix.Operand,
            PostfixUnaryExpressionSyntax postfix => postfix.Operand,
            _ => null,
        };
        bool up = node.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PostIncrementExpression;
        if ((!up && node.Kind() is not (SyntaxKind.PreDecrementExpression or SyntaxKind.PostDecrementExpression))
            || node.Parent is not (ExpressionStatementSyntax or ForStatementSyntax)
            || model.GetTypeInfo(node).Type is not { SpecialType: SpecialType.System_Int32 or SpecialType.System_Int64 } type)
            return visited;
        ExpressionSyntax step = Call(node, "Sign", type, "arithmetic", $"{node} → {(up ? "--" : "++")}", ParseExpression("1"));
        return AssignmentExpression(
            up ? SyntaxKind.AddAssignmentExpression : SyntaxKind.SubtractAssignmentExpression, operand!, step);
    }

    private int Next(SyntaxNode node, string kind, string change)
    {
        FileLinePositionSpan span = node.SyntaxTree.GetLineSpan(node.Span);
        int id = firstId + mutants.Count, line = span.StartLinePosition.Line;
        string code = node.SyntaxTree.GetText().Lines[line].ToString().Trim();
        string oneLine = string.Join(' ', change.Split((char[])['\n', '\r', ' '], StringSplitOptions.RemoveEmptyEntries));
        mutants.Add(new Mutant(id, file, line + 1, span.StartLinePosition.Character + 1, kind, oneLine, code, IsStatic(node)));
        return id;
    }

    private static string On(int mutant) => $"{Switch}.On({mutant})";

    private static string Plain(string text) => text.Trim('(', ')');

    private static ExpressionSyntax Marked(ExpressionSyntax code, SyntaxNode node, string kind) =>
        code.WithTriviaFrom(node).WithAdditionalAnnotations(new SyntaxAnnotation(Mark, $"{node.SpanStart} {kind}"));

    private static ParenthesizedExpressionSyntax Parenthesised(ExpressionSyntax code) => ParenthesizedExpression(code.WithoutTrivia());

    private ITypeSymbol? OperandType(BinaryExpressionSyntax node) =>
        model.GetOperation(node) is IBinaryOperation { IsLifted: false } operation ? operation.LeftOperand.Type : null;

    private static ITypeSymbol? Underlying(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } named ? named.TypeArguments[0] : null;

    private static bool IsReal(ITypeSymbol type) => type.SpecialType is SpecialType.System_Double or SpecialType.System_Single;

    private static bool IsSingle(ITypeSymbol type) => (Underlying(type) ?? type).SpecialType == SpecialType.System_Single;

    private static bool IsNumber(ITypeSymbol? type) => type is not null
        && (type.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_Double || type.Name == "Complex");

    // A duplicate would declare its variables twice, and a negation leave them unassigned.
    private static bool Declares(SyntaxNode node) => node.DescendantNodes().Any(n => n is SingleVariableDesignationSyntax);

    private static bool IsStatic(SyntaxNode node) => node.Ancestors().Any(a => a switch
    {
        FieldDeclarationSyntax field => field.Modifiers.Any(SyntaxKind.StaticKeyword),
        PropertyDeclarationSyntax property => property.Initializer is not null && property.Modifiers.Any(SyntaxKind.StaticKeyword),
        ConstructorDeclarationSyntax constructor => constructor.Modifiers.Any(SyntaxKind.StaticKeyword),
        _ => false,
    });

    // Used where only a constant will do: a pattern, a default argument, a conversion that constants alone have.
    private bool Pinned(ISymbol? constant)
    {
        return constant is null || model.Compilation.SyntaxTrees.Any(tree => tree.GetRoot().DescendantNodes()
            .OfType<IdentifierNameSyntax>()
            .Where(name => name.Identifier.Text == constant.Name)
            .Any(name => IsConverted(model.Compilation.GetSemanticModel(tree).GetTypeInfo(name))
                || name.Ancestors().Any(a => a is ConstantPatternSyntax or RelationalPatternSyntax or CaseSwitchLabelSyntax
                    or ParameterSyntax or AttributeSyntax or EnumMemberDeclarationSyntax
                    || (a is FieldDeclarationSyntax field && field.Modifiers.Any(SyntaxKind.ConstKeyword))
                    || (a is LocalDeclarationStatementSyntax { IsConst: true }))));
    }

    private bool IsConverted(TypeInfo type) => type is { Type: { } from, ConvertedType: { } to }
        && !((CSharpCompilation)model.Compilation).ClassifyConversion(from, to).IsImplicit;
}
