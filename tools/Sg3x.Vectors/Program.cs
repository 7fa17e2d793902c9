using Sg3x.Oracle.Candidate;

if (args is not [string folder] || !Directory.Exists(folder))
{
    Console.Error.WriteLine("Give the folder to write the vectors into: golden/vectors");
    return 2;
}

VectorPublication.Write(folder);
return 0;
